import type { Interruption } from '../base/interruption.ts';
import { describeError } from '../base/log.ts';
import { tryAgain } from '../base/keepTrying.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER, withTimeLimit } from '../base/timeLimit.ts';
import type { Contact } from '../oauth/judge.ts';
import type { Grant, PendingSignIn, WaitResult } from '../services/service.ts';
import { type Item, itemFor } from '../sessions/items.ts';
import type { HeldLock, WindowLocks, WorkStorage } from '../sessions/ports.ts';
import { type About, newestItemOf, type Progress, readSignIn, type SignInRecord } from './signInRecord.ts';

/** A window without a sign of life for this long no longer works on its sign-in. */
export const STALE_AFTER_MS = 10_000;
/** How often a window checks that no other one continues its sign-in. */
const CHECK_EVERY_MS = 3_000;
/**
 * The user waits for what follows, and a storage that hangs must not hold it up. In a browser, a write counts after up
 * to two seconds.
 */
const STORE_LIMIT_MS = 3_000;
/** A closing window has time for this, and then for the revocation of a token that is not stored. */
const LAST_WRITE_LIMIT_MS = 3_000;

const READ_LIMIT_MS = 1_000;
/** The last request of the previous window takes at most this long, and its answer is then stored. */
const LATE_GRANT_LIMIT_MS = 16_000;
const LATE_GRANT_POLL_MS = 1_000;

/** The previous window has stored the grant that its last poll brought. */
class LateGrant extends Error {
  override readonly name = 'LateGrant';
  readonly grant: Grant;

  constructor(grant: Grant) {
    super();
    this.grant = grant;
  }
}

/** The abort reason when nothing new may be sent. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export interface KeptParts {
  readonly storage: WorkStorage;
  readonly locks: WindowLocks;
  readonly runtime: Runtime;
}

/**
 * The stored copy of one sign-in in progress. It lets another window, or this one after a reload, continue the sign-in,
 * and tells when one does. Where it cannot be stored, or the windows cannot lock each other out, the sign-in goes on
 * without a copy.
 */
export class KeptSignIn implements Interruption {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly #about: About;
  readonly #parts: KeptParts;
  readonly #interrupted = new AbortController();
  readonly #over = new AbortController();
  readonly #locked = Promise.withResolvers<HeldLock | undefined>();
  #lock: HeldLock | undefined;
  #isForgotten = false;
  #mayBeStored: boolean;
  #revision: number;
  /** Whether the last write has stored something. Never rejects. */
  #writing: Promise<boolean>;

  /** `revision`: how many versions are stored already. */
  constructor(id: string, about: About, revision: number, parts: KeptParts) {
    this.id = id;
    this.#about = about;
    this.#revision = revision;
    this.#mayBeStored = revision > 0;
    this.#writing = Promise.resolve(revision > 0);
    this.#parts = parts;
    this.signal = AbortSignal.any([this.#interrupted.signal, parts.runtime.closed]);
  }

  get serviceId(): string {
    return this.#about.serviceId;
  }

  /** Owns the sign-in under its lock, and checks the lock every three seconds, until it is released or forgotten. */
  async own(lock: HeldLock): Promise<void> {
    if (await lock.isHeld()) this.#lock = lock;
    this.#locked.resolve(this.#lock);
    while (!this.#over.signal.aborted) {
      await this.#parts.runtime.clock.sleep(CHECK_EVERY_MS, this.#over.signal).catch(() => undefined);
      await this.#checkOwner().catch(() => undefined); // the signal tells
    }
  }

  /** Waits for the lock in the background: no other window knows of the sign-in yet. Never rejects. */
  async ownNew(): Promise<void> {
    const { locks, runtime } = this.#parts;
    try {
      await locks.withLock(lockName(this.id), this.#over.signal, (lock) => this.own(lock), STALE_AFTER_MS);
    } catch (error) {
      if (!this.#over.signal.aborted)
        runtime.log.warn(`A sign-in in progress is not kept: ${describeError(error)}.`);
      this.#locked.resolve(undefined);
    }
  }

  /**
   * Waits for the user's decision. Ends with the grant of the previous window, if that has gotten one since. Rejects as
   * `PendingSignIn.wait` does.
   */
  async waitFor(
    pending: PendingSignIn,
    signal: AbortSignal,
    onContact: (contact: Contact) => void,
  ): Promise<WaitResult> {
    try {
      return await pending.wait(signal, onContact, this);
    } catch (error) {
      if (error instanceof LateGrant) return { kind: 'granted', grant: error.grant };
      throw error;
    }
  }

  /**
   * Rejects also with a LateGrant. A code that was used must not be sent again: some servers then revoke what it
   * brought.
   */
  async check(): Promise<void> {
    await this.#checkOwner();
    if (this.#lock === undefined || !this.#mayBeStored) return;
    const newest = await this.#newestItem();
    if (newest === undefined) return;
    if (newest.isMark) this.#loseOwnership();
    this.signal.throwIfAborted();
    if (newest.version.revision < this.#revision) return;
    const grant = await this.#storedGrant();
    if (grant !== undefined) throw new LateGrant(grant);
  }

  /** Undefined also when it cannot be read in time: a poll does not wait for a storage that hangs. Never rejects. */
  async #newestItem(): Promise<Item | undefined> {
    const { storage, runtime } = this.#parts;
    const look = (): Promise<Item | undefined> => newestItemOf(storage, this.id);
    try {
      return await withTimeLimit(runtime.clock, READ_LIMIT_MS, NEVER, look);
    } catch (error) {
      runtime.log.debug(`A sign-in in progress cannot be read: ${describeError(error)}.`);
      return undefined;
    }
  }

  /** Rejects with `signal.reason` if another window has the lock. */
  async #checkOwner(): Promise<void> {
    if (this.#lock !== undefined && !this.signal.aborted && !(await this.#lock.isHeld()))
      this.#loseOwnership();
    this.signal.throwIfAborted();
  }

  #loseOwnership(): void {
    if (this.signal.aborted) return;
    this.#parts.runtime.log.info('Another window continues the sign-in.');
    this.interrupt();
  }

  /** Nothing new may be sent: the window closes. */
  interrupt(): void {
    this.#interrupted.abort(new Interrupted());
  }

  /** Stores how far the sign-in has come. False if that fails or takes more than three seconds. Never rejects. */
  async save(progress: Progress): Promise<boolean> {
    const { storage, runtime } = this.#parts;
    const text = JSON.stringify({ ...this.#about, progress } satisfies SignInRecord);
    const item = itemFor(this.id, { signIn: 1, revision: this.#revision++, amendment: 0 }, text);
    const write = async (): Promise<boolean> => {
      if ((await this.#locked.promise) === undefined || this.#isForgotten) return false;
      this.#mayBeStored = true;
      await storage.add(item, text);
      return (await this.#newestItem())?.isMark !== true; // another window may have ended the sign-in
    };
    const writing = write();
    this.#writing = writing.catch(() => false);
    try {
      return await withTimeLimit(runtime.clock, STORE_LIMIT_MS, NEVER, () => writing);
    } catch (error) {
      runtime.log.warn(`The progress of a sign-in could not be stored: ${describeError(error)}.`);
      return false;
    }
  }

  /**
   * The grant that the window before this one got at the last moment, with a poll that was on its way when this one
   * took over. Never rejects.
   */
  async lateGrant(): Promise<Grant | undefined> {
    const { clock } = this.#parts.runtime;
    for (
      let waitedMs = 0;
      waitedMs < LATE_GRANT_LIMIT_MS && !this.signal.aborted;
      waitedMs += LATE_GRANT_POLL_MS
    ) {
      const grant = await this.#storedGrant();
      if (grant !== undefined) return grant;
      await clock.sleep(LATE_GRANT_POLL_MS, this.signal).catch(() => undefined);
    }
    return undefined;
  }

  async #storedGrant(): Promise<Grant | undefined> {
    const stored = await readSignIn(this.#parts.storage, this.id).catch(() => undefined);
    return stored?.record.progress.kind === 'granted' ? stored.record.progress.grant : undefined;
  }

  /** The sign-in is over: nothing of it stays. Never rejects. */
  async forget(): Promise<void> {
    this.#isForgotten = true;
    if (this.#mayBeStored) {
      const mark = itemFor(this.id, { signIn: 1, revision: this.#revision, amendment: 0 }, undefined);
      const add = (): Promise<void> => this.#parts.storage.add(mark, '');
      await add().catch((error: unknown) =>
        tryAgain('A finished sign-in could not be deleted', error, add, this.#parts.runtime),
      );
    }
    this.#over.abort();
  }

  /**
   * Leaves the sign-in to another window, or to a later start. False if its latest progress is not stored, or the
   * storage hangs. Never rejects.
   */
  async release(): Promise<boolean> {
    const { clock } = this.#parts.runtime;
    const writing = withTimeLimit(clock, LAST_WRITE_LIMIT_MS, NEVER, () => this.#writing);
    const isStored = await writing.catch(() => false);
    this.#over.abort();
    return isStored;
  }
}

export function lockName(id: string): string {
  return `sign-in ${id}`;
}
