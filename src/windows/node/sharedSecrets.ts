import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { Log } from '../../base/log.ts';
import { isSessionKey } from '../../sessions/sessionRecord.ts';
import { Peers } from './peers.ts';

/** What the windows of one browser have in common, and those of another have not. */
const PEERS_KEY = 'windows';

const Message = z.object({
  stored: z.array(z.object({ key: z.string(), value: z.string() })),
  deleted: z.array(z.string()),
  /** From a window that has just opened: it wants all that the others know. */
  asks: z.boolean(),
});
type Message = z.infer<typeof Message>;

/**
 * VS Code's SecretStorage for windows in a browser. There each window reads the stored secrets once, hears of no
 * other's changes, and writes all that it knows at each of its own, over what the others wrote. Here the windows tell
 * each other, so that each knows all, and SecretStorage means what it means in the desktop: shared.
 */
export class SharedSecrets implements vscode.SecretStorage, vscode.Disposable {
  readonly onDidChange: vscode.SecretStorage['onDidChange'];
  readonly #own: vscode.SecretStorage;
  readonly #log: Log;
  /** No session's key is used again once it has been deleted. */
  readonly #deleted = new Set<string>();
  readonly #met: Promise<Peers | undefined>;

  constructor(own: vscode.SecretStorage, log: Log) {
    this.#own = own;
    this.#log = log;
    this.onDidChange = own.onDidChange;
    this.#met = this.#meet().catch(() => {
      log.warn('Sessions are not shared with other windows.');
      return undefined;
    });
  }

  /** Once the other windows, if any, have told what they know. */
  async keys(): Promise<string[]> {
    await this.#met;
    return this.#own.keys();
  }

  get(key: string): Thenable<string | undefined> {
    return this.#own.get(key);
  }

  /** Resolves when every other window has it too. What one of them has deleted is not stored again. */
  async store(key: string, value: string): Promise<void> {
    if (this.#deleted.has(key)) return;
    await this.#own.store(key, value);
    if (isSessionKey(key)) await this.#tell({ stored: [{ key, value }], deleted: [], asks: false });
  }

  async delete(key: string): Promise<void> {
    if (isSessionKey(key)) this.#deleted.add(key);
    await this.#own.delete(key);
    if (isSessionKey(key)) await this.#tell({ stored: [], deleted: [key], asks: false });
  }

  dispose(): void {
    void this.#met.then((peers) => peers?.close());
  }

  async #meet(): Promise<Peers> {
    let key = await this.#own.get(PEERS_KEY);
    if (key === undefined) {
      key = crypto.randomUUID();
      await this.#own.store(PEERS_KEY, key);
    }
    const peers = new Peers(key, (message) => this.#hear(message), this.#log);
    const hello = JSON.stringify(await this.#all(true));
    await peers.listen();
    for (const answer of await peers.ask(hello))
      await this.#hear(answer).catch(() => {
        this.#log.warn('What another window answers cannot be used.');
      });
    return peers;
  }

  async #tell(message: Message): Promise<void> {
    await (await this.#met)?.ask(JSON.stringify(message));
  }

  async #hear(text: string): Promise<string> {
    const message = parse(text);
    await this.#take(message);
    return message.asks ? JSON.stringify(await this.#all(false)) : '';
  }

  async #take({ stored, deleted }: Message): Promise<void> {
    for (const key of deleted.filter(isSessionKey)) {
      this.#deleted.add(key);
      if ((await this.#own.get(key)) !== undefined) await this.#own.delete(key);
    }
    for (const { key, value } of stored) {
      if (!isSessionKey(key) || (await this.#own.get(key)) === value) continue;
      // Asked last: it may have been deleted a moment ago.
      if (!this.#deleted.has(key)) await this.#own.store(key, value);
    }
  }

  async #all(asks: boolean): Promise<Message> {
    const stored: Message['stored'] = [];
    for (const key of (await this.#own.keys()).filter(isSessionKey)) {
      const value = await this.#own.get(key);
      if (value !== undefined) stored.push({ key, value });
    }
    return { stored, deleted: [...this.#deleted], asks };
  }
}

function parse(text: string): Message {
  return z.parse(Message, JSON.parse(text));
}
