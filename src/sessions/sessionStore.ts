import type * as vscode from 'vscode';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { withTimeLimit } from '../base/timeLimit.ts';
import { endedRecord, isSessionKey, keyOf, type NewRecord, type SessionRecord } from './sessionRecord.ts';
import { amendedVersion, isNewer, nextVersion, readVersion, type SessionVersion } from './sessionVersion.ts';
import { changeBetween, isLive, type StoreChange } from './sessionChange.ts';

/** SecretStorage did not take a change. The cause is the platform's error. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** A locked keyring may ask the person for a password first. */
const STORAGE_LIMIT_MS = 60_000;

/**
 * The sessions of all services: in memory for reading, in SecretStorage for keeping. Hears of other windows through
 * SecretStorage, and tells each change once, whoever made it. Two rules hold whatever the order in which answers and
 * events arrive: of two versions of a session the newer one stays, and what was removed never comes back.
 */
export class SessionStore {
  readonly #secrets: vscode.SecretStorage;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #subscription: vscode.Disposable;
  readonly #listeners = new Set<(change: StoreChange) => void>();
  readonly #kept = new Map<string, SessionVersion>();
  /** The last read of each key: of several under way it is the one that counts. */
  readonly #reads = new Map<string, Promise<void>>();
  /** Ids are random and never used again after a removal, so nothing that comes late can bring a session back. */
  readonly #removed = new Set<string>();
  #loading: Promise<void> | undefined;

  constructor(secrets: vscode.SecretStorage, clock: Clock, log: Log) {
    this.#secrets = secrets;
    this.#clock = clock;
    this.#log = log;
    this.#subscription = secrets.onDidChange(({ key }) => {
      if (isSessionKey(key)) void this.#hear(key);
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
    return this.#all(provider).filter(isLive);
  }

  /** What is left of the sessions that have ended. */
  listEnded(provider: string): SessionRecord[] {
    return this.#all(provider).filter((record) => !isLive(record));
  }

  /** All of one account, ended or not: first those that have not, and of each the oldest. */
  ofAccount(provider: string, accountId: string): SessionRecord[] {
    const all = [...this.list(provider), ...this.listEnded(provider)];
    return all.filter(({ person }) => person.accountId === accountId);
  }

  /** One session, unless it has ended. */
  get(id: string): SessionRecord | undefined {
    const record = this.#kept.get(keyOf(id))?.record;
    return record && isLive(record) ? record : undefined;
  }

  /**
   * Keeps a new session, or a renewed one. Gives what was kept, or undefined when the session has been removed: it is
   * not brought back. Throws a StoreError when SecretStorage does not take it.
   */
  async put(record: NewRecord): Promise<SessionRecord | undefined> {
    return this.#keep(this.#nextVersion(record));
  }

  /**
   * Takes back what is of no use any more in `record`, unless the session has changed or gone meanwhile. `less` speaks
   * of this version alone: whatever else takes its place is newer, also what a window is writing at this moment.
   * Throws a StoreError when SecretStorage does not take it.
   */
  async amend(record: SessionRecord, less: NewRecord): Promise<void> {
    await this.reread(record.id);
    if (this.#isCurrent(record)) await this.#keep(amendedVersion(less, record));
  }

  /**
   * Ends a session whose token is of no use any more, in memory at once, then in SecretStorage. False when it has been
   * renewed or removed meanwhile. Throws a StoreError when SecretStorage does not take it; it has ended all the same.
   */
  async end(record: SessionRecord, reason: 'expired' | 'rejected'): Promise<boolean> {
    await this.reread(record.id).catch(() => undefined); // then memory has to do
    if (!this.#isCurrent(record)) return false;
    const next = this.#nextVersion(endedRecord(record, reason));
    this.#take(keyOf(record.id), next);
    await this.#write(keyOf(record.id), next);
    return true;
  }

  /** Looks into SecretStorage, where another window may have been faster than its event. Throws a StoreError. */
  async reread(id: string): Promise<void> {
    await this.#limited(() => this.#reread(keyOf(id)));
  }

  /** The same for all sessions, also those that nobody has spoken of here. Throws a StoreError. */
  async rereadAll(): Promise<void> {
    await this.#limited(async () => {
      const stored = (await this.#secrets.keys()).filter(isSessionKey);
      const keys = new Set([...stored, ...this.#kept.keys()]); // what is gone is to be found, too
      await Promise.all([...keys].map((key) => this.#reread(key)));
    });
  }

  /**
   * Forgets a session, ended or not: in memory at once, then in SecretStorage. Undefined for one that is not there.
   * Throws a StoreError when SecretStorage keeps it after all.
   */
  async remove(id: string): Promise<SessionRecord | undefined> {
    const key = keyOf(id);
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#forget(key);
    await this.#limited(() => this.#secrets.delete(key));
    return kept.record;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#listeners.clear();
  }

  #all(provider: string): SessionRecord[] {
    return [...this.#kept.values()]
      .map(({ record }) => record)
      .filter((record) => record.provider === provider)
      .sort((a, b) => a.createdAtMs - b.createdAtMs);
  }

  async #readAll(): Promise<void> {
    await this.#limited(async () => {
      for (const key of await this.#secrets.keys()) {
        if (!isSessionKey(key)) continue;
        const stored = this.#parse(key, await this.#secrets.get(key));
        // What this window has changed meanwhile is newer.
        if (stored !== undefined && !this.#isRemoved(key) && !this.#kept.has(key))
          this.#kept.set(key, stored);
      }
    });
  }

  async #hear(key: string): Promise<void> {
    try {
      await this.load();
      await this.#limited(() => this.#reread(key));
    } catch {
      this.#log.warn('A change of a stored session could not be read; what is in memory stays.');
    }
  }

  /** Brings memory to what is stored; or what is stored to memory, where a late writer has stored something old. */
  #reread(key: string): Promise<void> {
    const read: Promise<void> = Promise.resolve(this.#secrets.get(key)).then((text) => {
      const last = this.#reads.get(key);
      // A later read knows better, but what was gone once is gone.
      return last === read || text === undefined ? this.#compare(key, text) : last;
    });
    this.#reads.set(key, read);
    return read;
  }

  async #compare(key: string, text: string | undefined): Promise<void> {
    if (text === undefined) {
      this.#forget(key);
      return;
    }
    if (this.#isRemoved(key)) {
      await this.#secrets.delete(key);
      return;
    }
    const stored = this.#parse(key, text);
    const kept = this.#kept.get(key);
    if (stored === undefined) return;
    if (kept !== undefined && isNewer(kept, stored)) await this.#secrets.store(key, kept.text);
    else this.#take(key, stored);
  }

  #parse(key: string, text: string | undefined): SessionVersion | undefined {
    const version = text === undefined ? undefined : readVersion(key, text);
    // It stays where it is, untouched: a newer version of this extension may have written it.
    if (text !== undefined && version === undefined)
      this.#log.warn('A stored session cannot be read by this version and is set aside.');
    return version;
  }

  #nextVersion(record: NewRecord): SessionVersion {
    return nextVersion(record, this.#kept.get(keyOf(record.id))?.record, this.#clock.now());
  }

  async #keep(next: SessionVersion): Promise<SessionRecord | undefined> {
    const key = keyOf(next.record.id);
    if (this.#isRemoved(key)) return undefined;
    await this.#write(key, next);
    this.#take(key, next);
    return this.#isRemoved(key) ? undefined : next.record;
  }

  async #write(key: string, { text }: SessionVersion): Promise<void> {
    await this.#limited(async () => {
      await this.#secrets.store(key, text);
      if (this.#isRemoved(key)) await this.#secrets.delete(key);
    });
  }

  /** Takes a version into memory, unless there is a newer one or the session has been removed. */
  #take(key: string, next: SessionVersion): void {
    const before = this.#kept.get(key);
    if (this.#isRemoved(key) || (before !== undefined && !isNewer(next, before))) return;
    this.#kept.set(key, next);
    this.#tell(before?.record, next.record);
  }

  #forget(key: string): void {
    const before = this.#kept.get(key);
    this.#removed.add(key); // also what this window has never seen
    this.#kept.delete(key);
    this.#tell(before?.record, undefined);
  }

  /** A function, since the answer changes while others are waited for. */
  #isRemoved(key: string): boolean {
    return this.#removed.has(key);
  }

  #isCurrent({ id, writtenAtMs }: SessionRecord): boolean {
    return this.#kept.get(keyOf(id))?.record.writtenAtMs === writtenAtMs;
  }

  #tell(before: SessionRecord | undefined, after: SessionRecord | undefined): void {
    const change = changeBetween(before, after);
    if (change !== undefined) for (const listener of [...this.#listeners]) listener(change);
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
