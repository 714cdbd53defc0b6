import type * as vscode from 'vscode';

import type { Disposable } from '../base/emitter.ts';
import { type Item, parseItem, olderNames } from '../sessions/items.ts';
import type { ItemStorage } from '../sessions/ports.ts';

const KEY_PREFIX = 'session/';
/** The text of an item that has none. */
const EMPTY = '-';

/** Items in VS Code's SecretStorage, which belongs to the user's editor or browser and is shared by its profiles. */
export class SecretItems implements ItemStorage {
  readonly #secrets: vscode.SecretStorage;
  readonly #subscriptions: vscode.Disposable[] = [];

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  async names(): Promise<string[]> {
    const keys = await this.#secrets.keys();
    return keys.filter((key) => key.startsWith(KEY_PREFIX)).map((key) => key.slice(KEY_PREFIX.length));
  }

  async read(name: string): Promise<string | undefined> {
    return this.#secrets.get(KEY_PREFIX + name);
  }

  async add({ name, id }: Item, text: string): Promise<void> {
    if (!(await this.names()).includes(name))
      await this.#secrets.store(KEY_PREFIX + name, text === '' ? EMPTY : text);
    for (const older of olderNames(id, await this.names())) await this.#secrets.delete(KEY_PREFIX + older);
  }

  onDidChange(listener: (sessionId: string | undefined) => void): Disposable {
    const subscription = this.#secrets.onDidChange(({ key }) => {
      const item = key.startsWith(KEY_PREFIX) ? parseItem(key.slice(KEY_PREFIX.length)) : undefined;
      if (item !== undefined) listener(item.id);
    });
    this.#subscriptions.push(subscription);
    return subscription;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
