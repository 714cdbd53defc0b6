import type * as vscode from 'vscode';

import type { Clock } from '../protocol/clock.ts';
import type { Log } from '../protocol/log.ts';
import { withTimeLimit } from '../protocol/timeLimit.ts';
import { deserialize, isSessionKey, keyOf, serialize, type SessionRecord } from './sessionRecord.ts';

/** What really changed. */
export type StoreChange =
  | { kind: 'added'; record: SessionRecord }
  | { kind: 'changed'; record: SessionRecord }
  | { kind: 'removed'; record: SessionRecord };

/** SecretStorage did not take a change. The cause is the platform's error. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** A locked keyring may ask the person for a password first. */
const STORAGE_LIMIT_MS = 60_000;

/**
 * The sessions of all services: in memory for reading, in SecretStorage for keeping. Hears of other windows through
 * SecretStorage, and tells each change once, whoever made it.
 */
export class SessionStore {
  readonly #secrets: vscode.SecretStorage;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #subscription: vscode.Disposable;
  readonly #listeners = new Set<(change: StoreChange) => void>();
  readonly #records = new Map<string, { text: string; record: SessionRecord }>();
  /** Counts the reads and changes of a key, so that a slow read can tell that a newer one has overtaken it. */
  readonly #turns = new Map<string, number>();
  /** Ids are random and never used again after a removal, so nothing that comes late can bring a session back. */
  readonly #removed = new Set<string>();
  #loading: Promise<void> | undefined;

  constructor(secrets: vscode.SecretStorage, clock: Clock, log: Log) {
    this.#secrets = secrets;
    this.#clock = clock;
    this.#log = log;
    this.#subscription = secrets.onDidChange(({ key }) => {
      if (isSessionKey(key)) void this.#reread(key);
    });
  }

  /** Hears of every change after `load`: a window's first look at what is stored is no change. */
  onDidChange(listener: (change: StoreChange) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Reads what is stored, once. Throws a StoreError when SecretStorage cannot be read; the next call tries again. */
  load(): Promise<void> {
    this.#loading ??= this.#readAll().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /** The sessions of one provider, oldest first, from memory. */
  list(provider: string): SessionRecord[] {
    return [...this.#records.values()]
      .map(({ record }) => record)
      .filter((record) => record.provider === provider)
      .sort((a, b) => a.createdAtMs - b.createdAtMs);
  }

  get(id: string): SessionRecord | undefined {
    return this.#records.get(keyOf(id))?.record;
  }

  /** Keeps a new record, or the new data of one. Throws a StoreError when it is not kept. */
  async put(record: SessionRecord): Promise<void> {
    const key = keyOf(record.id);
    const text = serialize(record);
    await this.#limited(() => this.#secrets.store(key, text));
    this.#apply(key, text);
  }

  /**
   * Forgets a session: in memory at once, then in SecretStorage. Does nothing for one that is not there. Throws a
   * StoreError when SecretStorage keeps it after all.
   */
  async remove(id: string): Promise<SessionRecord | undefined> {
    const key = keyOf(id);
    const record = this.#records.get(key)?.record;
    if (record === undefined) return undefined;
    this.#removed.add(key);
    this.#apply(key, undefined);
    await this.#limited(() => this.#secrets.delete(key));
    return record;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#listeners.clear();
  }

  async #readAll(): Promise<void> {
    await this.#limited(async () => {
      const keys = (await this.#secrets.keys()).filter(isSessionKey);
      for (const key of keys) {
        const turn = this.#turns.get(key);
        const text = await this.#secrets.get(key);
        if (this.#turns.get(key) === turn) this.#accept(key, text);
      }
    });
  }

  async #reread(key: string): Promise<void> {
    try {
      await this.load();
      const turn = this.#nextTurn(key);
      const text = await this.#secrets.get(key);
      if (this.#turns.get(key) === turn) this.#apply(key, text);
    } catch {
      this.#log.warn('A change of a stored session could not be read; what is in memory stays.');
    }
  }

  /** Brings memory to what is stored and tells of the difference, if there is one. */
  #apply(key: string, text: string | undefined): void {
    const before = this.#records.get(key);
    if (before?.text === text) return;
    this.#accept(key, text);
    const after = this.#records.get(key);
    if (after !== undefined) {
      if (after !== before)
        this.#tell({ kind: before === undefined ? 'added' : 'changed', record: after.record });
    } else if (before !== undefined) {
      this.#tell({ kind: 'removed', record: before.record });
    }
  }

  #accept(key: string, text: string | undefined): void {
    this.#nextTurn(key);
    if (text === undefined) {
      this.#records.delete(key);
    } else if (!this.#removed.has(key)) {
      const record = deserialize(text);
      if (record !== undefined && keyOf(record.id) === key) this.#records.set(key, { text, record });
      // It stays where it is, untouched: a newer version of this extension may have written it.
      else this.#log.warn('A stored session cannot be read by this version and is set aside.');
    }
  }

  #nextTurn(key: string): number {
    const turn = (this.#turns.get(key) ?? 0) + 1;
    this.#turns.set(key, turn);
    return turn;
  }

  #tell(change: StoreChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  async #limited<T>(work: () => PromiseLike<T>): Promise<T> {
    try {
      return await withTimeLimit(this.#clock, STORAGE_LIMIT_MS, new AbortController().signal, async () =>
        work(),
      );
    } catch (cause) {
      throw new StoreError('SecretStorage failed', { cause });
    }
  }
}
