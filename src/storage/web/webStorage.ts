import type * as vscode from 'vscode';

import type { Runtime } from '../../base/runtime.ts';
import { SharedKey } from '../keyAgreement.ts';
import { inParts } from '../parts.ts';
import { SecretItems } from '../secretItems.ts';
import { TwoCopies } from '../twoCopies.ts';
import type { WindowStorage } from '../../sessions/ports.ts';
import { StateItems } from './stateItems.ts';
import { WebLocks } from './webLocks.ts';

type WebContext = Pick<vscode.ExtensionContext, 'secrets' | 'globalState'>;

/** The storage where the extension runs in a web worker: SecretStorage, and the extension's global state. */
export function openWebStorage({ secrets, globalState }: WebContext, runtime: Runtime): WindowStorage {
  const key = new SharedKey(secrets, globalState, runtime);
  const shared = new StateItems(globalState, 'item/', key, runtime);
  const storage = new TwoCopies({ secrets: new SecretItems(secrets), shared, inBrowser: true }, runtime);
  const { sessions, identities } = inParts(storage);
  return {
    locks: new WebLocks(globalState, runtime.clock, runtime.log),
    storage: sessions,
    identities,
    signIns: new StateItems(globalState, 'signIn/', key, runtime),
    revocations: new StateItems(globalState, 'revocation/', key, runtime),
    finish: () => storage.finish(),
    dispose: () => {
      key.dispose();
    },
    status: () => Promise.resolve({ ...storage.status(), sharedPlace: 'globalState' }),
  };
}
