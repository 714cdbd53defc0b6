import path from 'node:path';
import type * as vscode from 'vscode';

import type { Runtime } from '../../base/runtime.ts';
import type { SharedByWindows } from '../sharedByWindows.ts';
import { FileLocks } from './fileLocks.ts';
import { NodeSessions } from './nodeSessions.ts';

type NodeContext = Pick<vscode.ExtensionContext, 'secrets' | 'globalState' | 'globalStorageUri'>;

/** What the windows share where the extension runs in Node: files in the extension's global storage folder. */
export function nodeWindows(
  { secrets, globalState, globalStorageUri }: NodeContext,
  runtime: Runtime,
): SharedByWindows {
  const folder = globalStorageUri.fsPath;
  const locks = new FileLocks(path.join(folder, 'locks'), runtime);
  const storage = new NodeSessions(
    { secrets, memento: globalState, folder: path.join(folder, 'sessions'), locks },
    runtime,
  );
  return {
    locks,
    storage,
    sharing: async () => ({ place: await storage.place(), heldLocks: await locks.held() }),
  };
}
