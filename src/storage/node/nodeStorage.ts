import path from 'node:path';
import type * as vscode from 'vscode';

import type { Runtime } from '../../base/runtime.ts';
import { SharedKey } from '../keyAgreement.ts';
import { inParts } from '../parts.ts';
import { SecretItems } from '../secretItems.ts';
import { TwoCopies } from '../twoCopies.ts';
import type { WindowStorage } from '../../sessions/ports.ts';
import { FileItems } from './fileItems.ts';
import { FileLocks } from './fileLocks.ts';

type NodeContext = Pick<vscode.ExtensionContext, 'secrets' | 'globalState' | 'globalStorageUri'>;

/** A key that SecretStorage never has. Asking for it is a round trip to VS Code. */
const NO_SECRET = 'alive';

/**
 * The storage where the extension runs in Node: SecretStorage, and files in the extension's global storage folder.
 * `inBrowser`: see `CopiesOptions`.
 */
export function openNodeStorage(
  { secrets, globalState, globalStorageUri }: NodeContext,
  inBrowser: boolean,
  runtime: Runtime,
): WindowStorage {
  const folder = globalStorageUri.fsPath;
  const locks = new FileLocks(path.join(folder, 'locks'), async () => secrets.get(NO_SECRET), runtime);
  const key = new SharedKey(secrets, globalState, runtime);
  const shared = new FileItems(path.join(folder, 'sessions'), key, runtime);
  const storage = new TwoCopies({ secrets: new SecretItems(secrets), shared, inBrowser }, runtime);
  const { sessions, identities } = inParts(storage);
  return {
    locks,
    storage: sessions,
    identities,
    signIns: new FileItems(path.join(folder, 'signIns'), key, runtime),
    revocations: new FileItems(path.join(folder, 'revocations'), key, runtime),
    finish: () => storage.finish(),
    dispose: () => {
      key.dispose();
    },
    status: async () => ({ ...storage.status(), sharedPlace: 'files', heldLocks: await locks.held() }),
  };
}
