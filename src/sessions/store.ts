import { type Disposable, Emitter } from '../base/emitter.ts';
import { describeError } from '../base/log.ts';
import { keepTrying, Lazy } from '../base/clock.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER } from '../base/timeLimit.ts';
import type { SessionOf } from './accounts.ts';
import { isForgettable } from './expiry.ts';
import type { SessionStorage, WindowLocks } from './ports.ts';
import {
  afterSignIn,
  changeBetween,
  isLive,
  isNewer,
  type LiveSession,
  type Session,
  type SessionChange,
  type SessionRecord,
} from './record.ts';
import { isStale, type Stored, StoredSessions } from './storedSessions.ts';

/** A new sign-in, and the version of the session that it replaced. */
export interface Added {
  readonly record: LiveSession;
  readonly replaced: Session | undefined;
}

/**
 * All sessions of all services: in memory for reading, in storage for the other windows and the next start. Both hold
 * the newest version they have seen of each session. Storage is read again under a lock before each write, so no
 * window can replace a newer version with an older one.
 */
export class SessionStore {
  readonly #stored: StoredSessions;
  readonly #runtime: Runtime;
  readonly #subscription: Disposable;
  readonly #changes = new Emitter<SessionChange>();
  readonly #records = new Map<string, SessionRecord>();
  /** The answer of `sessions()`, until a record changes. */
  #sorted: readonly Session[] | undefined;
  readonly #loading = new Lazy(() => this.#readAll());
  #isLoaded = false;

  constructor(storage: SessionStorage, locks: WindowLocks, runtime: Runtime) {
    this.#stored = new StoredSessions(storage, locks, runtime, (id, stored) => this.#merge(id, stored));
    this.#runtime = runtime;
    this.#subscription = storage.onDidChange((id) => void this.#storageChanged(id));
  }

  /** Fires once per change after `load`, whichever window made it. */
  readonly onDidChange = this.#changes.event;

  /** Reads what is stored, once. Throws a StoreError when the storage cannot be read; the next call tries again. */
  async load(): Promise<void> {
    if (!this.#isLoaded) await this.#loading.get();
  }

  get(id: string): SessionRecord | undefined {
    return this.#records.get(id);
  }

  liveSession(id: string): LiveSession | undefined {
    return [this.#records.get(id)].find(isLive);
  }

  /** Every record, including signed-out ones. */
  records(): SessionRecord[] {
    return [...this.#records.values()];
  }

  /** All live and ended sessions, oldest sign-in first. */
  sessions(): readonly Session[] {
    this.#sorted ??= this.records()
      .filter((record) => record.state !== 'removed')
      .sort((a, b) => a.signedInAtMs - b.signedInAtMs);
    return this.#sorted;
  }

  /**
   * Persists a new sign-in, then publishes it. All sessions are reread from storage first. Then `find` returns the id
   * of the session that the sign-in continues, if there is one, and `make` returns the new version for the current
   * one. A session that is signed out at this moment is not continued. When the signal aborts or the storage takes too
   * long, nothing stays: a write that lands later is undone. Throws a StoreError, or `signal.reason`.
   */
  async add(
    session: SessionOf,
    find: () => string | undefined,
    make: (id: string, current: Session | undefined) => LiveSession,
    signal: AbortSignal,
  ): Promise<Added> {
    let inFlight: Added | undefined;
    const write = async (id: string, limits: AbortSignal): Promise<Added | undefined> => {
      const replaced = await this.#fetch(id);
      if (replaced?.state === 'removed') return undefined;
      limits.throwIfAborted();
      const added = { record: make(id, replaced), replaced };
      inFlight = added;
      await this.#stored.write(added.record).finally(() => (inFlight = undefined));
      limits.throwIfAborted();
      this.publish(added.record);
      // The user may have signed out of the session during the write.
      return this.#records.get(id)?.state === 'removed' ? undefined : added;
    };
    const writeAs = async (id: string, limits: AbortSignal): Promise<Added | undefined> => {
      try {
        return await this.#stored.whileWriting(id, limits, () => write(id, limits));
      } finally {
        if (limits.aborted) await this.#stored.saveAtLast(id); // stores what `#undo` published
      }
    };
    try {
      return await this.#stored.limited(signal, (limits) =>
        // Without this lock, two windows that finish the same sign-in together would make two sessions of it.
        this.#stored.whileGranting(session, limits, async () => {
          await this.#reconcileAll();
          for (let id = find() ?? crypto.randomUUID(); ; id = crypto.randomUUID()) {
            const added = await writeAs(id, limits);
            if (added !== undefined) return added;
          }
        }),
      );
    } catch (error) {
      if (inFlight !== undefined) this.#undo(inFlight);
      throw error;
    }
  }

  /** Publishes a new version, then stores it. Throws a StoreError when the first attempt fails; retries follow. */
  async replace(next: SessionRecord): Promise<void> {
    this.publish(next);
    await this.#stored.save(next.id);
  }

  /**
   * Runs work that brings a session a new grant while no other window does, or stores a new sign-in for it. What the
   * work publishes, or a sign-out meanwhile, is stored before the lock is released: no window may find a refresh token
   * that was used. Settles as the work does, or rejects with `signal.reason` when the signal aborts before it begins.
   */
  async whileGranting<T>(session: LiveSession, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#stored.whileGranting(session, signal, async () => {
      const result = await work();
      await this.#stored.saveAtLast(session.id);
      return result;
    });
  }

  /** Takes a version into memory and fires the change, if it is newer. `replace` and `whileGranting` store it, too. */
  publish(next: SessionRecord): void {
    const before = this.#records.get(next.id);
    if (before !== undefined && !isNewer(next, before)) return;
    this.#set(next.id, next);
    const change = this.#isLoaded ? changeBetween(before, next) : undefined;
    if (change !== undefined) this.#changes.fire(change);
  }

  /** Rereads one session from storage, because an event may still be on its way. Throws a StoreError. */
  async reread(id: string): Promise<void> {
    await this.#stored.limited(NEVER, () => this.#reconcile(id));
  }

  /** Rereads every session from storage. Counts as `load`. Throws a StoreError. */
  async rereadAll(): Promise<void> {
    await this.#stored.limited(NEVER, () => this.#reconcileAll());
  }

  /** Deletes the remains of a session that ended or was signed out long ago. Throws a StoreError. */
  async forget(id: string): Promise<void> {
    this.#set(id, undefined);
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

  async #storageChanged(id: string | undefined): Promise<void> {
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

  async #reconcileAll(): Promise<void> {
    const ids = new Set([...(await this.#stored.ids()), ...this.#records.keys()]);
    await Promise.all([...ids].map((id) => this.#reconcile(id)));
    this.#isLoaded = true;
  }

  /** Makes memory and storage agree on one session. Storage is written in the background. */
  async #reconcile(id: string): Promise<void> {
    const stored = await this.#stored.read(id);
    const newest = this.#merge(id, stored);
    if (newest === undefined) return;
    const isForgotten = stored === undefined && isForgettable(newest, this.#runtime.clock.now());
    if (isForgotten) this.#set(id, undefined);
    else if (isStale(stored, newest)) void this.#stored.save(id).catch(() => undefined); // logged and retried there
  }

  async #fetch(id: string): Promise<SessionRecord | undefined> {
    return this.#merge(id, await this.#stored.read(id));
  }

  /** Publishes the stored version, if it is newer, and returns the newest one. */
  #merge(id: string, stored: Stored): SessionRecord | undefined {
    if (stored !== undefined && stored !== 'unreadable') this.publish(stored);
    return this.#records.get(id);
  }

  /** Publishes a version that is newer than the one that `add` may still write. */
  #undo({ record, replaced }: Added): void {
    const [{ id, version }, removedAtMs] = [record, this.#runtime.clock.now()];
    this.publish(
      replaced === undefined
        ? { format: 1, id, version, state: 'removed', removedAtMs }
        : { ...replaced, version: afterSignIn(version) },
    );
  }

  #set(id: string, record: SessionRecord | undefined): void {
    if (record === undefined) this.#records.delete(id);
    else this.#records.set(id, record);
    this.#sorted = undefined;
  }
}
