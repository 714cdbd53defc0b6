import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { vscodeFolder } from './release.ts';

/** The script of a window: its path in VS Code's folder, and the end of its address. */
export const WORKBENCH = 'out/vs/code/browser/workbench/workbench.js';

/** Expressions for a page with a keyring. While it is locked, no secret can be stored. */
export const LOCK_KEYRING = 'globalThis.isKeyringLocked = true';
export const UNLOCK_KEYRING = 'globalThis.isKeyringLocked = false';

type Changes = readonly (readonly [from: string, to: string])[];

/** A window says that it is one on the desktop, and has the secret service that VS Code has there. */
const desktop: Changes = [
  ['uiKind:Bt?2:1', 'uiKind:1'],
  ['super(!0,o,e,i),t.options?.secretStorageProvider', 'super(!1,o,e,i),!1'],
];
/** The keyring does not encrypt: what is on the disk is no matter here. */
const keyring: Changes = [
  [
    'isEncryptionAvailable(){return Promise.resolve(!1)}',
    'isEncryptionAvailable(){return Promise.resolve(!0)}',
  ],
  [
    'encrypt(o){return Promise.resolve(o)}',
    'encrypt(o){return globalThis.isKeyringLocked?Promise.reject(new Error("locked")):Promise.resolve(o)}',
  ],
];

/**
 * Returns the script of a window in a browser with the SecretStorage of desktop VS Code: in a storage that all windows
 * share and that is written a while after the answer or, without a keyring, in the memory of each window.
 */
export async function workbenchWith(secrets: 'keyring' | 'noKeyring'): Promise<string> {
  let script = await readFile(path.join(vscodeFolder, WORKBENCH), 'utf8');
  for (const [from, to] of secrets === 'keyring' ? [...desktop, ...keyring] : desktop) {
    if (!script.includes(from)) throw new Error(`The workbench has changed: ${from} is not in it.`);
    script = script.replaceAll(from, to);
  }
  return script;
}
