import type { Disposable } from '../base/emitter.ts';
import { tryAgain } from '../base/keepTrying.ts';
import { Lazy } from '../base/lazy.ts';
import type { Runtime } from '../base/runtime.ts';
import { type Added, Additions, type NewSignIn } from './additions.ts';
import { GrantLock, handOn } from './grantLock.ts';
import { isNewerItem, type Item } from './items.ts';
import { SessionMemory } from './memory.ts';
import type { HeldLock, ItemStorage, WindowLocks } from './ports.ts';
import { Reading } from './reading.ts';
import { isLive, type LiveSession, type Session, type SessionRecord } from './record.ts';
import { StoredSessions, StoreError } from './storedSessions.ts';

/** All sessions of all services: in memory for reading, in storage for the other windows and the next start. */
export class SessionStore {
  readonly #memory = new SessionMemory();
  readonly #stored: StoredSessions;
  readonly #reading: Reading;
  readonly #grantLock: GrantLock;
  readonly #additions: Additions;
  readonly #runtime: Runtime;
  readonly #subscription: Disposable;
  readonly #loading = new Lazy(() => this.rereadAll());
  /** `load` has nothing to do: what is stored was read, or a sign-in is kept in memory because it cannot be. */
  #isLoaded = false;
  #isReadingAgain = false;

  constructor(storage: ItemStorage, locks: WindowLocks, runtime: Runtime) {
    const memory = this.#memory;
    this.#stored = new StoredSessions(storage, runtime, (id) => this.get(id));
    this.#reading = new Reading(memory, this.#stored, runtime);
    this.#grantLock = new GrantLock(locks, (item) => this.#isSeen(item), runtime);
    this.#additions = new Additions({
      memory,
      stored: this.#stored,
      grantLock: this.#grantLock,
      reread: () => this.#rereadIfPossible(),
      isUnreadable: (id) => this.isUnreadable(id),
    });
    this.#runtime = runtime;
    this.#subscription = storage.onDidChange((id) => void this.#storageChanged(id));
  }

  /** Fires once per change after `load`, whichever window made it. */
  readonly onDidChange = this.#memory.onDidChange;

  /** Fires with a new sign-in that is in memory only, because storage failed. Attempts to store it go on. */
  get onNotStored(): Additions['onNotStored'] {
    return this.#additions.onNotStored;
  }

  /** Reads what is stored, once. Throws a StoreError when the storage cannot be read; the next call tries again. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    try {
      await this.#loading.get();
    } catch (error) {
      this.#readAgain(error);
      throw error;
    }
  }

  get(id: string): SessionRecord | undefined {
    return this.#memory.get(id);
  }

  liveSession(id: string): LiveSession | undefined {
    return this.#memory.liveSession(id);
  }

  /** True for a session that is stored, but whose newest version cannot be read. */
  isUnreadable(id: string): boolean {
    return this.#reading.isUnreadable(id);
  }

  /** Every record, including signed-out ones. */
  records(): SessionRecord[] {
    return this.#memory.records();
  }

  /** All live and ended sessions, oldest sign-in first. */
  sessions(): readonly Session[] {
    return this.#memory.sessions();
  }

  /**
   * Stores a new sign-in, then publishes it. Rereads all sessions from storage before it looks for the session that the
   * sign-in continues, and continues none that is signed out at this moment. Where storage fails, the sign-in is kept
   * in memory, and `onNotStored` fires. Throws `signal.reason`: then nothing stays, and a write that lands later is
   * undone.
   */
  add(signIn: NewSignIn, signal: AbortSignal): Promise<Added> {
    return this.#additions.add(signIn, signal);
  }

  /** Publishes a new version, then stores it. Throws a StoreError when the first attempt fails; retries follow. */
  async replace(next: SessionRecord): Promise<void> {
    this.publish(next);
    await this.#stored.save(next.id);
  }

  /** Removes a session for good: it beats every version, in any window. Throws as `replace` does. */
  async remove({ id, version }: Session): Promise<void> {
    await this.replace({ format: 1, id, version, state: 'removed' });
  }

  /**
   * Runs work that brings a session a new grant while no other window does. What the work publishes, or a sign-out
   * meanwhile, is stored before the lock is released: no window may find a refresh token that was used. The work gets
   * the session that has the token by then. Settles as the work does, or rejects with `signal.reason` when the signal
   * aborts before it begins.
   */
  whileGranting<T>(
    session: LiveSession,
    signal: AbortSignal,
    work: (lock: HeldLock, session: LiveSession) => Promise<T>,
  ): Promise<T> {
    return this.#grantLock.hold(session, signal, async (lock) => {
      const holder = this.#holderOf(session);
      const result = await work(lock, holder);
      await this.#stored.saveAtLast(holder.id);
      handOn(lock, this.#memory.itemOf(holder.id));
      return result;
    });
  }

  /**
   * Takes a version into memory and fires the change, if it is newer. `replace` and `whileGranting` store it, too.
   * Throws a zod error for a record that could not be read back.
   */
  publish(next: SessionRecord): void {
    this.#memory.publish(next);
  }

  /**
   * Rereads one session from storage, because an event may still be on its way. Throws a StoreError, also when its
   * newest version cannot be read.
   */
  async reread(id: string): Promise<void> {
    await this.#reading.read(id);
    if (this.isUnreadable(id)) throw new StoreError('The newest version of the session cannot be read');
  }

  /** Rereads every session from storage. Counts as `load`. Throws a StoreError. */
  async rereadAll(): Promise<void> {
    await this.#reading.readAll();
    this.#isLoaded = this.#memory.firesChanges = true;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#memory.dispose();
    this.#additions.dispose();
  }

  /** A new sign-in that was signed out while it was stored is kept under another id. */
  #holderOf(session: LiveSession): LiveSession {
    if (this.get(session.id)?.state !== 'removed') return session;
    const live = this.sessions().filter(isLive);
    return live.find(({ grant }) => grant.accessToken === session.grant.accessToken) ?? session;
  }

  async #storageChanged(id: string | undefined): Promise<void> {
    const reread = async (): Promise<void> => {
      await this.load();
      await (id === undefined ? this.#reading.readAll() : this.#reading.read(id));
    };
    try {
      await reread();
    } catch (error) {
      await tryAgain('A change of a session could not be read', error, reread, this.#runtime);
    }
  }

  async #rereadIfPossible(): Promise<void> {
    try {
      await this.rereadAll();
    } catch (error) {
      this.#isLoaded = true;
      this.#readAgain(error);
    }
  }

  /** Others have been told that there are no sessions. What is read from now on is a change to them. */
  #readAgain(error: unknown): void {
    this.#memory.firesChanges = true;
    if (this.#isReadingAgain) return;
    this.#isReadingAgain = true;
    const reading = tryAgain(
      'The stored sessions cannot be read now',
      error,
      () => this.rereadAll(),
      this.#runtime,
    );
    void reading.then(() => (this.#isReadingAgain = false));
  }

  /** True unless the item is newer than all that this window sees of its session. Never rejects. */
  async #isSeen(item: Item): Promise<boolean> {
    await this.reread(item.id).catch(() => undefined); // memory is the fallback
    const known = this.#memory.itemOf(item.id);
    // A session that is not known here can be of another browser, which has another key.
    return known === undefined || !isNewerItem(item, known);
  }
}
