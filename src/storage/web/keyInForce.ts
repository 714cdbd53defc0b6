import type * as vscode from 'vscode';

import type { Runtime } from '../../base/runtime.ts';
import { answerRequest, askForKey } from './keyExchange.ts';
import { WebCipher } from './webCipher.ts';

/** Where SecretStorage holds the key of the stored sessions. */
const KEY = 'sessionKey';
/** Where the global state holds the name of the key that all windows are to use. */
const NAME = 'sessionKeyName';

/**
 * The one key that all windows of a browser use for the stored sessions. Windows that start together for the first time
 * cannot lock each other out, so each may make a key. The key with the smaller name wins, and the other windows ask for
 * it.
 */
export class KeyInForce {
  readonly #secrets: vscode.SecretStorage;
  readonly #memento: vscode.Memento;
  readonly #runtime: Runtime;

  constructor(secrets: vscode.SecretStorage, memento: vscode.Memento, runtime: Runtime) {
    this.#secrets = secrets;
    this.#memento = memento;
    this.#runtime = runtime;
  }

  /** The key at the start of a window: stored, from another window, or new. Rejects with VS Code's error. */
  async open(): Promise<WebCipher> {
    const stored = await WebCipher.of((await this.#secrets.get(KEY)) ?? '');
    if (stored !== undefined) return stored;
    const isKnown = this.#memento.get(NAME) !== undefined;
    const given = isKnown ? await this.#ask() : undefined;
    if (given === undefined) this.#runtime.log.info('No key for stored sessions yet: making one.');
    const cipher = given ?? (await WebCipher.create());
    await this.store(cipher);
    await this.#memento.update(NAME, cipher.name);
    return cipher;
  }

  /**
   * Stores the key. A window that does not know of it overwrites it with its own next secret, so it is stored again now
   * and then. Rejects with VS Code's error.
   */
  async store({ key }: WebCipher): Promise<void> {
    await this.#secrets.store(KEY, key);
  }

  /**
   * Call it now and then. Gives the key to a window that asks. Gives the key of another window if that one wins, else
   * the own one. Rejects with VS Code's error.
   */
  async agree(own: WebCipher): Promise<WebCipher> {
    await answerRequest(own.key, this.#memento);
    const name = this.#memento.get(NAME);
    if (name === own.name) return own;
    const given = typeof name === 'string' && name < own.name ? await this.#ask() : undefined;
    const winner = given ?? own;
    if (given !== undefined) await this.store(given);
    await this.#memento.update(NAME, winner.name);
    return winner;
  }

  async #ask(): Promise<WebCipher | undefined> {
    const key = await askForKey(this.#memento, this.#runtime);
    const cipher = await WebCipher.of(key ?? '');
    if (cipher !== undefined) this.#runtime.log.info('Another window gave its key for stored sessions.');
    return cipher;
  }
}
