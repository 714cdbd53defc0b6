import type * as vscode from 'vscode';

import { Lazy } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { SessionStorage } from '../../sessions/ports.ts';
import type { WindowStorage } from '../windowStorage.ts';
import type { WebCipher } from './webCipher.ts';
import { KeyInForce } from './webKey.ts';
import { WebLocks } from './webLocks.ts';

interface WebContext {
  readonly secrets: vscode.SecretStorage;
  readonly globalState: vscode.Memento;
}

/** The storage where the extension runs in a web worker: the extension's global state. */
export function openWebStorage({ secrets, globalState }: WebContext, runtime: Runtime): WindowStorage {
  return {
    locks: new WebLocks(globalState, runtime.clock, runtime.log),
    storage: new WebSessions(secrets, globalState, runtime),
    status: () => Promise.resolve({ place: 'globalState' }),
  };
}

const KEY_PREFIX = 'session/';
/** How often a window polls its copy of the global state, for whose changes VS Code has no event. */
const LOOK_EVERY_MS = 1_000;

/**
 * The sessions in a browser: encrypted, in the extension's global state, which VS Code synchronizes between all windows.
 * Only SecretStorage holds the key. VS Code writes the global state as a whole, so windows that write at the same time
 * can undo each other's change. Each window polls every second, and the sessions rewrite what is missing or stale.
 */
export class WebSessions implements SessionStorage {
  readonly #memento: vscode.Memento;
  readonly #key: KeyInForce;
  readonly #runtime: Runtime;
  readonly #changes = new Emitter<string | undefined>();
  /** The text that this window last read or wrote, by session id. */
  #seen = new Map<string, string>();
  readonly #opening = new Lazy(() => this.#open());
  /** The cipher of another window's key, once the windows have agreed on that key. */
  #agreed: WebCipher | undefined;

  constructor(secrets: vscode.SecretStorage, memento: vscode.Memento, runtime: Runtime) {
    this.#memento = memento;
    this.#key = new KeyInForce(secrets, memento, runtime);
    this.#runtime = runtime;
  }

  async ids(): Promise<string[]> {
    await this.#cipher();
    return [...this.#stored().keys()];
  }

  async read(id: string): Promise<string | undefined> {
    const cipher = await this.#cipher();
    const encrypted = this.#stored().get(id);
    return encrypted === undefined ? undefined : cipher.decrypt(id, encrypted);
  }

  async write(id: string, text: string): Promise<void> {
    const cipher = await this.#cipher();
    const encrypted = await cipher.encrypt(id, text);
    await this.#key.store(cipher);
    this.#seen.set(id, encrypted);
    await this.#memento.update(KEY_PREFIX + id, encrypted);
  }

  async delete(id: string): Promise<void> {
    this.#seen.delete(id);
    await this.#memento.update(KEY_PREFIX + id, undefined);
  }

  readonly onDidChange = this.#changes.event;

  dispose(): void {
    this.#changes.dispose();
  }

  async #cipher(): Promise<WebCipher> {
    const opened = await this.#opening.get();
    return this.#agreed ?? opened;
  }

  async #open(): Promise<WebCipher> {
    const cipher = await this.#key.open();
    // A session that this key does not decrypt is lost, unless another open window has it and rewrites it.
    for (const [id, encrypted] of this.#stored())
      if ((await cipher.decrypt(id, encrypted)) === undefined) await this.delete(id);
    this.#seen = this.#stored();
    void this.#look(cipher);
    return cipher;
  }

  /** Polls the global state until the window closes. */
  async #look(opened: WebCipher): Promise<void> {
    const { clock, closed } = this.#runtime;
    for (let cipher = opened; ;) {
      await clock.sleep(LOOK_EVERY_MS, closed).catch(() => undefined);
      if (closed.aborted) return;
      const agreed = await this.#agree(cipher);
      if (agreed.name !== cipher.name) this.#use(agreed);
      cipher = agreed;
      this.#tellChanges();
    }
  }

  async #agree(own: WebCipher): Promise<WebCipher> {
    try {
      return await this.#key.agree(own);
    } catch (error) {
      const { closed, log } = this.#runtime;
      if (!closed.aborted)
        log.warn(`Other windows may miss the key of the sessions: ${describeError(error)}.`);
      return own;
    }
  }

  /** With another key, all sessions must be read again, and those of the earlier key rewritten. */
  #use(cipher: WebCipher): void {
    this.#agreed = cipher;
    this.#changes.fire(undefined);
  }

  #tellChanges(): void {
    const [before, now] = [this.#seen, this.#stored()];
    this.#seen = now;
    for (const id of new Set([...before.keys(), ...now.keys()]))
      if (before.get(id) !== now.get(id)) this.#changes.fire(id);
  }

  /** This window's copy of the encrypted sessions, by session id. */
  #stored(): Map<string, string> {
    const entries = this.#memento
      .keys()
      .filter((key) => key.startsWith(KEY_PREFIX))
      .map((key) => [key.slice(KEY_PREFIX.length), this.#memento.get(key)] as const);
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }
}
