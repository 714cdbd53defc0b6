import type * as vscode from 'vscode';

import type { Runtime } from '../../base/runtime.ts';
import type { SharedByWindows } from '../sharedByWindows.ts';
import { WebLocks } from './webLocks.ts';
import { WebSessions } from './webSessions.ts';

interface WebContext {
  readonly secrets: vscode.SecretStorage;
  readonly globalState: vscode.Memento;
}

/** What the windows share where the extension runs in a web worker: the extension's global state. */
export function webWindows({ secrets, globalState }: WebContext, runtime: Runtime): SharedByWindows {
  return {
    locks: new WebLocks(globalState, runtime.clock, runtime.log),
    storage: new WebSessions(secrets, globalState, runtime),
    sharing: () => Promise.resolve({ place: 'globalState' }),
  };
}
