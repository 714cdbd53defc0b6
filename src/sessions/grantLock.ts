import type { Runtime } from '../base/runtime.ts';
import { sessionKey, type SessionOf } from './accounts.ts';
import { isNewerItem, type Item, parseItem } from './items.ts';
import type { HeldLock, WindowLocks } from './ports.ts';

/** How long a new sign-in waits for another window that brings the same session a new grant. */
const LOCK_LIMIT_MS = 60_000;
/** How long to wait for the version that the last owner of a lock has handed on, and how often to poll for it. */
const HANDED_ON_LIMIT_MS = 5_000;
const POLL_EVERY_MS = 200;

/**
 * After waiting in vain this often, two minutes in all, the version that was handed on counts as lost. Until then, the
 * refresh token that this window has may be used up, and must not be sent a second time.
 */
const MISSED_TIMES_UNTIL_LOST = 24;

const NO_LOCK: HeldLock = {
  handedOn: undefined,
  isHeld: () => Promise.resolve(false),
  handOn: () => undefined,
};

/** The lock of a window that brings a session a new grant: by a sign-in, a renewal, or a rotated token. */
export class GrantLock {
  readonly #locks: WindowLocks;
  readonly #isSeen: (item: Item) => Promise<boolean>;
  readonly #runtime: Runtime;
  /** How often this window has waited in vain for a version that was handed on, by the name of its item. */
  readonly #missed = new Map<string, number>();

  /** `isSeen` rereads the session of an item, and is true unless the item is newer than all that this window sees. */
  constructor(locks: WindowLocks, isSeen: (item: Item) => Promise<boolean>, runtime: Runtime) {
    this.#locks = locks;
    this.#isSeen = isSeen;
    this.#runtime = runtime;
  }

  /** Settles as the work does, or rejects with `signal.reason` when the signal aborts before it begins. */
  hold<T>(session: SessionOf, signal: AbortSignal, work: (lock: HeldLock) => Promise<T>): Promise<T> {
    // One lock for one session: an account with one set of scopes.
    return this.#locks.withLock(`grant ${sessionKey(session)}`, signal, async (lock) => {
      const isSeen = await this.#seeHandedOn(lock.handedOn);
      return work(isSeen ? lock : onlyForNewer(lock));
    });
  }

  /**
   * Like `hold`, but runs the work without the lock when another window holds it for a minute. That window may wait for
   * a storage that fails, and a sign-in that has been approved must not wait with it.
   */
  async tryToHold<T>(
    session: SessionOf,
    signal: AbortSignal,
    work: (lock: HeldLock) => Promise<T>,
  ): Promise<T> {
    const [late, begun] = [new AbortController(), new AbortController()];
    this.#runtime.clock.sleep(LOCK_LIMIT_MS, AbortSignal.any([begun.signal, signal])).then(
      () => {
        late.abort();
      },
      () => undefined, // it has begun, or the signal has aborted
    );
    try {
      return await this.hold(session, AbortSignal.any([signal, late.signal]), (lock) => {
        begun.abort();
        return work(lock);
      });
    } catch (error) {
      if (begun.signal.aborted || !late.signal.aborted) throw error;
      return await work(NO_LOCK);
    } finally {
      begun.abort();
    }
  }

  /**
   * Waits until this window sees the version that the last owner has handed on, or a newer one. False if it does not:
   * the owner may still be trying to store it where this window can see it.
   */
  async #seeHandedOn(name = ''): Promise<boolean> {
    const item = parseItem(name);
    if (item === undefined) return true;
    const { clock, closed } = this.#runtime;
    for (let waitedMs = 0; waitedMs < HANDED_ON_LIMIT_MS; waitedMs += POLL_EVERY_MS) {
      if (await this.#isSeen(item)) {
        this.#missed.delete(name);
        return true;
      }
      if (closed.aborted) return false;
      await clock.sleep(POLL_EVERY_MS, closed).catch(() => undefined);
    }
    const missed = (this.#missed.get(name) ?? 0) + 1;
    this.#missed.set(name, missed);
    return missed >= MISSED_TIMES_UNTIL_LOST;
  }
}

/** Hands on the newest item of the session. Undefined when the session is not known. */
export function handOn(lock: HeldLock, item: Item | undefined): void {
  if (item !== undefined) lock.handOn(item.name);
}

/** For a window that does not see the version that was handed on: nothing that needs it may be sent. */
function onlyForNewer(lock: HeldLock): HeldLock {
  const handedOn = parseItem(lock.handedOn);
  return {
    ...lock,
    isHeld: () => Promise.resolve(false),
    handOn: (itemName) => {
      const item = parseItem(itemName);
      if (item !== undefined && handedOn !== undefined && isNewerItem(item, handedOn)) lock.handOn(itemName);
    },
  };
}
