import { rm } from 'node:fs/promises';
import type * as vscode from 'vscode';
import type { Runtime } from '../../src/base/runtime.ts';
import { SharedKey } from '../../src/storage/keyAgreement.ts';
import { FileItems } from '../../src/storage/node/fileItems.ts';
import { FakeClock } from '../unit/support/fakeClock.ts';
import { FakeMemento } from '../unit/support/fakeMemento.ts';
import { FakeSecrets } from '../unit/support/fakeSecrets.ts';

/** A SecretStorage that has the key of stored sessions. It is in memory. */
export function secretsWith(keyText: string): vscode.SecretStorage {
  const secrets = new FakeSecrets(new FakeClock());
  secrets.stored.set('sessionKey', keyText);
  return secrets.window();
}

/** The items of one window, as real files. They end with the window. */
export function openFiles(folder: string, secrets: vscode.SecretStorage, runtime: Runtime): FileItems {
  return new FileItems(folder, new SharedKey(secrets, new FakeMemento(), runtime), runtime);
}

/** Deletes the folder of windows that are closed. What one of them was just reading can create it again. */
export async function deleteFiles(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
