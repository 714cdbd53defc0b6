import { Emitter } from '../base/emitter.ts';
import { describeError } from '../base/log.ts';
import { keepTrying, Lazy } from '../base/retry.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER } from '../base/timeLimit.ts';
import { isForgettable } from './expiry.ts';
import type { SessionStorage, WindowLocks } from './ports.ts';
import {
  afterSignIn,
  changeBetween,
  type EndedSession,
  isLive,
  isNewer,
  type LiveSession,
  type SessionChange,
  type SessionRecord,
} from './record.ts';
import { isStale, type Stored, StoredSessions } from './storedSessions.ts';

/** A stored sign-in, and the version of the session that it took the place of. */
export interface Added {
  readonly record: LiveSession;
  readonly replaced: LiveSession | EndedSession | undefined;
}

/**
 * All sessions of all services: in memory for reading, in storage for the other windows and the next start.
 * Memory and storage both hold the newest version that they have seen of each session. Storage is written under a
 * window lock, after a look at what is there, so no window can replace a newer version by an older one.
 */
export class SessionStore {
  readonly #stored: StoredSessions;
  readonly #runtime: Runtime;
  readonly #subscription: { dispose(): void };
  readonly #changes = new Emitter<SessionChange>();
  readonly #records = new Map<string, SessionRecord>();
  /** Sessions whose newest version is not in storage yet, and the end of the attempts to get it there. */
  readonly #saving = new Map<string, Promise<void>>();
  readonly #loading = new Lazy(() => this.#readAll());
  #isLoaded = false;

  constructor(storage: SessionStorage, locks: WindowLocks, runtime: Runtime) {
    this.#stored = new StoredSessions(storage, locks, runtime);
    this.#runtime = runtime;
    this.#subscription = storage.onDidChange((id) => void this.#hear(id));
  }

  /** Fires for every change after `load`. What a window finds at its start is no change. */
  readonly onDidChange = this.#changes.event;

  /** Reads what is stored, once. Throws a StoreError when the storage cannot be read; the next call tries again. */
  load(): Promise<void> {
    return this.#loading.get();
  }

  /** One record from memory, also of a session that was signed out in the last 30 days. */
  get(id: string): SessionRecord | undefined {
    return this.#records.get(id);
  }

  /** All of these. */
  records(): SessionRecord[] {
    return [...this.#records.values()];
  }

  /** One session from memory, if it is live. */
  liveSession(id: string): LiveSession | undefined {
    return [this.#records.get(id)].find(isLive);
  }

  /** All sessions from memory, oldest sign-in first, without those that were signed out. */
  sessions(): Exclude<SessionRecord, { state: 'removed' }>[] {
    return this.records()
      .filter((record) => record.state !== 'removed')
      .sort((a, b) => a.signedInAtMs - b.signedInAtMs);
  }

  /**
   * Stores what a sign-in has brought, then takes it into memory. `make` gets the current version and gives the new
   * one. Undefined when the session `id` was signed out. When the signal aborts or the storage takes too long, this
   * leaves nothing behind: if the write lands later, it is undone. Throws a StoreError, or `signal.reason`.
   */
  async add(
    id: string,
    make: (current: LiveSession | EndedSession | undefined) => LiveSession,
    signal: AbortSignal,
  ): Promise<Added | undefined> {
    let inFlight: Added | undefined;
    const write = async (limits: AbortSignal): Promise<Added | undefined> => {
      await this.#fetch(id);
      const replaced = this.#records.get(id);
      if (replaced?.state === 'removed') return undefined;
      limits.throwIfAborted();
      const added = { record: make(replaced), replaced };
      inFlight = added;
      await this.#stored.write(added.record).finally(() => (inFlight = undefined));
      if (!limits.aborted) this.#apply(added.record);
      // The person may have signed out of the session while it was being written.
      return this.#records.get(id)?.state === 'removed' ? undefined : added;
    };
    try {
      return await this.#stored.limited(signal, (limits) =>
        this.#stored.withoutRenewal(id, limits, async () => {
          try {
            return await this.#stored.change(id, limits, write);
          } finally {
            if (limits.aborted) await this.#saveAtLast(id);
          }
        }),
      );
    } catch (error) {
      if (inFlight !== undefined) this.#undo(inFlight);
      throw error;
    }
  }

  /**
   * Takes a new version into memory at once, then stores it. Gives whether it is still the current version after
   * that. Throws a StoreError when the first write fails; more attempts follow until one succeeds or the window closes.
   */
  async replace(next: SessionRecord): Promise<boolean> {
    this.#apply(next);
    await this.#save(next.id);
    return this.#records.get(next.id) === next;
  }

  /**
   * Runs a renewal while no other window renews the session or stores a new sign-in for it. The lock is held until
   * the result is stored, or a sign-out that came in between: no window may find the used refresh token. Rejects as
   * the renewal does, or with `signal.reason` when the signal aborts before it begins.
   */
  async whileRenewing(id: string, signal: AbortSignal, renew: () => Promise<void>): Promise<void> {
    await this.#stored.withoutRenewal(id, signal, async () => {
      await renew();
      await this.#saveAtLast(id);
    });
  }

  /** Looks into storage: another window may have been faster than its event. Throws a StoreError. */
  async reread(id: string): Promise<void> {
    await this.#stored.limited(NEVER, () => this.#reconcile(id));
  }

  /** The same for all sessions. Throws a StoreError. */
  async rereadAll(): Promise<void> {
    await this.#stored.limited(NEVER, async () => {
      const ids = new Set([...(await this.#stored.ids()), ...this.#records.keys()]);
      await Promise.all([...ids].map((id) => this.#reconcile(id)));
    });
  }

  /** Deletes what is left of a session that ended or was signed out long ago. Throws a StoreError. */
  async forget(id: string): Promise<void> {
    this.#records.delete(id);
    await this.#stored.limited(NEVER, () => this.#stored.delete(id));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  async #readAll(): Promise<void> {
    await this.#stored.limited(NEVER, async () => {
      await Promise.all((await this.#stored.ids()).map((id) => this.#fetch(id)));
    });
    this.#isLoaded = true;
  }

  async #hear(id: string | undefined): Promise<void> {
    const look = async (): Promise<void> => {
      await this.load();
      await (id === undefined ? this.rereadAll() : this.reread(id));
    };
    try {
      await look();
    } catch (error) {
      this.#runtime.log.warn(
        `A change of a session could not be read: ${describeError(error)}. Trying again.`,
      );
      await keepTrying(look, this.#runtime);
    }
  }

  /** Makes memory and storage agree on one session. Storage is written in the background. */
  async #reconcile(id: string): Promise<void> {
    const stored = await this.#fetch(id);
    const newest = this.#records.get(id);
    if (newest === undefined) return;
    const isForgotten = stored === undefined && isForgettable(newest, this.#runtime.clock.now());
    if (isForgotten) this.#records.delete(id);
    else if (isStale(stored, newest)) void this.#save(id).catch(() => undefined); // logged and tried again there
  }

  /** Takes the stored version into memory, if it is newer. */
  async #fetch(id: string): Promise<Stored> {
    const stored = await this.#stored.read(id);
    if (stored !== undefined && stored !== 'unreadable') this.#apply(stored);
    return stored;
  }

  /** Stores the newest version. Throws a StoreError when the first attempt fails; more attempts follow. */
  async #save(id: string): Promise<void> {
    try {
      await this.#write(id);
    } catch (error) {
      this.#runtime.log.warn(`A session could not be stored: ${describeError(error)}. Trying again.`);
      // Deleted within the last attempt, so that a failure after it begins new ones.
      const attempt = (): Promise<boolean> => this.#write(id).then(() => this.#saving.delete(id));
      if (!this.#saving.has(id)) this.#saving.set(id, keepTrying(attempt, this.#runtime));
      throw error;
    }
  }

  /** Waits until the newest version is stored, or the window has closed. Never rejects. */
  async #saveAtLast(id: string): Promise<void> {
    await this.#save(id).catch(() => this.#saving.get(id));
  }

  /** One attempt. The lock is held until the write has settled, also when this gives up before that. */
  async #write(id: string): Promise<void> {
    await this.#stored.change(id, NEVER, async () => {
      const stored = await this.#fetch(id);
      const newest = this.#records.get(id);
      if (newest !== undefined && isStale(stored, newest)) await this.#stored.write(newest);
    });
  }

  /** Takes back in memory what `add` may still write, with a version that is newer than it. */
  #undo({ record, replaced }: Added): void {
    const [{ id, version }, removedAtMs] = [record, this.#runtime.clock.now()];
    this.#apply(
      replaced === undefined
        ? { format: 1, id, version, state: 'removed', removedAtMs }
        : { ...replaced, version: afterSignIn(version) },
    );
  }

  #apply(next: SessionRecord): void {
    const before = this.#records.get(next.id);
    if (before !== undefined && !isNewer(next, before)) return;
    this.#records.set(next.id, next);
    const change = this.#isLoaded ? changeBetween(before, next) : undefined;
    if (change !== undefined) this.#changes.fire(change);
  }
}
