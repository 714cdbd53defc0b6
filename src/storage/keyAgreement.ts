import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { type Disposable, Emitter } from '../base/emitter.ts';
import { Lazy } from '../base/lazy.ts';
import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { SessionCipher } from './cipher.ts';
import { KeyExchange } from './keyExchange.ts';

/** The key in SecretStorage under which the encryption key of the sessions is stored. */
const KEY = 'sessionKey';
/** The key in the global state under which the name of the agreed encryption key is stored. */
const NAME = 'sessionKeyName';
const Name = z.string().check(z.regex(/^[0-9a-f]{32}$/));

/** How often a window polls its copy of the global state, for whose changes VS Code has no event. */
const POLL_EVERY_MS = 1_000;

interface Held {
  inForce: SessionCipher;
  /** What SecretStorage has, as far as this window knows. */
  stored: SessionCipher | undefined;
  /** The name of a key that was requested, and that no window has given. */
  unansweredName: string | undefined;
}

/**
 * The key on which all windows of one client (browser or desktop app) agree. Windows that start together for the first
 * time cannot lock each other out, and a window in a browser reads SecretStorage only once, at its start. So each may
 * create a key. The one with the smallest name wins, and the other windows ask for it.
 */
export class SharedKey implements Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #memento: vscode.Memento;
  readonly #runtime: Runtime;
  readonly #exchange: KeyExchange;
  readonly #changes = new Emitter<SessionCipher>();
  readonly #held = new Lazy(() => this.#open());
  readonly #secretChanges: Disposable;
  /** Some window, perhaps this one, has stored a key since this one last read it. */
  #mayDiffer = false;

  /** Create it before this window writes to the global state: see KeyExchange. */
  constructor(secrets: vscode.SecretStorage, memento: vscode.Memento, runtime: Runtime) {
    this.#secrets = secrets;
    this.#memento = memento;
    this.#runtime = runtime;
    this.#exchange = new KeyExchange(memento, runtime);
    this.#secretChanges = secrets.onDidChange(({ key }) => {
      if (key === KEY) this.#mayDiffer = true;
    });
  }

  /** Fires when the windows have agreed on another key than the one that this window had. */
  readonly onDidChange = this.#changes.event;

  /** The key in force: stored, from another window, or new. Rejects with VS Code's error; the next call tries again. */
  async cipher(): Promise<SessionCipher> {
    return (await this.#held.get()).inForce;
  }

  /**
   * Stores the key again, because a window in a browser that has not read it overwrites it with its own next secret.
   * Rejects with VS Code's error.
   */
  async keep(): Promise<void> {
    await this.#store(await this.#held.get());
  }

  /** Ends the event. The rest ends when the window closes. */
  dispose(): void {
    this.#secretChanges.dispose();
    this.#changes.dispose();
  }

  async #open(): Promise<Held> {
    const text = await this.#secrets.get(KEY);
    const stored = await SessionCipher.of(text ?? '');
    if (text !== undefined && stored === undefined)
      this.#runtime.log.warn('The key of stored sessions is damaged.');
    const held = { inForce: stored ?? (await this.#askOrCreate()), stored, unansweredName: undefined };
    if (stored === undefined) await this.#store(held);
    void this.#poll(held);
    return held;
  }

  async #askOrCreate(): Promise<SessionCipher> {
    const given = this.#agreedName() === undefined ? undefined : await this.#exchange.ask();
    if (given !== undefined) return given;
    this.#runtime.log.info('No key of stored sessions yet: making one.');
    return SessionCipher.create();
  }

  async #store(held: Held): Promise<void> {
    const { inForce } = held;
    await this.#secrets.store(KEY, inForce.keyText);
    held.stored = inForce;
  }

  /** Until the window closes. Never rejects. */
  async #poll(held: Held): Promise<void> {
    const { clock, closed } = this.#runtime;
    let isTroubled = false;
    while (!closed.aborted) {
      try {
        await this.#agree(held);
        isTroubled = false;
      } catch (error) {
        if (!isTroubled) this.#logTrouble(error);
        isTroubled = true;
      }
      await clock.sleep(POLL_EVERY_MS, closed).catch(() => undefined);
    }
  }

  /** Rejects with VS Code's error. */
  async #agree(held: Held): Promise<void> {
    if (this.#mayDiffer) await this.#readAgain(held);
    const own = held.inForce;
    const agreed = this.#agreedName();
    // Skips every other request for the same key: windows that all ask undo each other's update of the name.
    const asks = agreed !== undefined && agreed < own.name && agreed !== held.unansweredName;
    const given = asks ? await this.#exchange.ask() : undefined;
    held.unansweredName = asks && given === undefined ? agreed : undefined;
    if (given !== undefined) this.#take(held, given);
    if (held.stored?.name !== held.inForce.name) await this.#store(held);
    // Also replaces the name of a lost key, which no window could give.
    if (this.#agreedName() !== held.inForce.name) await this.#memento.update(NAME, held.inForce.name);
    await this.#exchange.answer(held.inForce.keyText);
  }

  /** On the desktop, windows of another profile have the same SecretStorage and another global state. */
  async #readAgain(held: Held): Promise<void> {
    this.#mayDiffer = false;
    try {
      const stored = await SessionCipher.of((await this.#secrets.get(KEY)) ?? '');
      if (stored === undefined) return; // keep() is for that: a store that forgets would be written every second
      held.stored = stored;
      this.#take(held, stored);
    } catch (error) {
      this.#mayDiffer = true;
      throw error;
    }
  }

  #take(held: Held, other: SessionCipher): void {
    if (other.name >= held.inForce.name) return;
    held.inForce = other;
    this.#changes.fire(other);
  }

  #logTrouble(error: unknown): void {
    const { closed, log } = this.#runtime;
    if (!closed.aborted)
      log.warn(`Other windows may miss the key of stored sessions: ${describeError(error)}.`);
  }

  #agreedName(): string | undefined {
    return z.safeParse(Name, this.#memento.get(NAME)).data;
  }
}
