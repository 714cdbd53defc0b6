import type * as vscode from 'vscode';

import type { SessionStorage } from '../sessions/ports.ts';

const KEY_PREFIX = 'session/';

/**
 * Sessions in VS Code's SecretStorage. One key per session, because windows that write one shared key at the same time
 * could drop each other's sessions.
 */
export class SecretSessions implements SessionStorage {
  readonly #secrets: vscode.SecretStorage;
  readonly #subscriptions: vscode.Disposable[] = [];

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  async ids(): Promise<string[]> {
    const keys = await this.#secrets.keys();
    return keys.filter((key) => key.startsWith(KEY_PREFIX)).map((key) => key.slice(KEY_PREFIX.length));
  }

  async read(id: string): Promise<string | undefined> {
    return this.#secrets.get(KEY_PREFIX + id);
  }

  async write(id: string, text: string): Promise<void> {
    await this.#secrets.store(KEY_PREFIX + id, text);
  }

  async delete(id: string): Promise<void> {
    await this.#secrets.delete(KEY_PREFIX + id);
  }

  onDidChange(listener: (id: string | undefined) => void): { dispose(): void } {
    const subscription = this.#secrets.onDidChange(({ key }) => {
      if (key.startsWith(KEY_PREFIX)) listener(key.slice(KEY_PREFIX.length));
    });
    this.#subscriptions.push(subscription);
    return subscription;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
