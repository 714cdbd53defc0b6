import type { Disposable } from '../base/emitter.ts';
import type { Item } from './items.ts';

/** Storage for the items of all sessions, shared by all windows. An item is written once, and has a name of its own. */
export interface ItemStorage {
  /**
   * Returns the names of all items. When another window replaces one at the same time, the list shows the old one, the
   * new one, or both. Rejects with the platform's error when the storage cannot be read.
   */
  names(): Promise<readonly string[]>;
  /** Returns the text of an item, or undefined when no readable one is there. Rejects with the platform's error. */
  read(name: string): Promise<string | undefined>;
  /**
   * Adds an item, unless it or a newer one is there, and deletes the older ones of its session. Resolves when other
   * windows and later starts can see it. Rejects with the platform’s error.
   */
  add(item: Item, text: string): Promise<void>;
  /** Fires with the id of a session whose items may have changed in any window, or with undefined for all sessions. */
  onDidChange(listener: (sessionId: string | undefined) => void): Disposable;
  /** Stops the events. */
  dispose(): void;
}

/** Keeps the windows of one user from doing the same thing at the same time. */
export interface WindowLocks {
  /**
   * Waits until no other window holds the lock `name`, then runs `work` and holds the lock until the work has
   * settled, however long that takes. Settles as `work` does. Rejects with `signal.reason` when the signal aborts
   * while this waits; work that has begun is not interrupted. Locks are not reentrant: work under a lock must not
   * wait for the same lock again. When the windows cannot lock each other out, the work runs all the same, and
   * `HeldLock.isHeld` is false.
   *
   * `staleAfterMs` is for work that another window may continue. This rejects with a HeldElsewhereError as soon as the
   * owner shows life, and gets the lock after this time without a sign of life. Only a round trip to VS Code counts as
   * one, so `HeldLock.isHeld` gives none there, and is false only if another window is known to have the lock.
   */
  withLock<T>(
    name: string,
    signal: AbortSignal,
    work: (lock: HeldLock) => Promise<T>,
    staleAfterMs?: number,
  ): Promise<T>;
  /**
   * Returns true unless a window has claimed `name` less than `ms` milliseconds of the wall clock ago, and claims it.
   * Never rejects. Returns true on error: a duplicate message beats a missing one.
   */
  claimFor(name: string, ms: number): Promise<boolean>;
}

/** Another window works on it. */
export class HeldElsewhereError extends Error {
  override readonly name = 'HeldElsewhereError';
}

/** A lock, as the work under it sees it. */
export interface HeldLock {
  /** The name of the item that the previous owner has handed on. This window may not see that item yet. */
  readonly handedOn: string | undefined;
  /**
   * False when another window may have the lock: because this one hung for too long, or cannot lock out the others.
   * Ask right before doing what must happen once. Never rejects.
   */
  isHeld(): Promise<boolean>;
  /**
   * Hands on the name of the newest item written under the lock (0-9, a-z, `.` and `-`, at most 90 characters), so that
   * the next owner waits until it sees it.
   */
  handOn(itemName: string): void;
}

/** Storage for work that is not done yet, in the shared copy only: the windows of this machine do it. */
export interface WorkStorage extends ItemStorage {
  /** Deletes an item for good. For marks that no late write can still need. Rejects with the platform's error. */
  drop(name: string): Promise<void>;
}

/** How a place for sessions has behaved when it was last used. */
export type PlaceStatus = 'works' | 'fails' | 'unused';

/** Where the sessions are, as far as one window can tell. */
export interface StorageStatus {
  /** VS Code's SecretStorage. */
  readonly secrets: PlaceStatus;
  /** The copy that tells the other windows. */
  readonly shared: PlaceStatus;
  readonly sharedPlace: 'files' | 'globalState';
  /** How many locks all windows hold right now. Undefined where locks are not files or cannot be read. */
  readonly heldLocks?: number | undefined;
}

/** The storage that all windows of one user share. Each platform has its own. */
export interface WindowStorage extends Disposable {
  readonly locks: WindowLocks;
  readonly storage: ItemStorage;
  /** In the same places, but kept separate: the handles of identities. An item's id is that of the session behind it. */
  readonly identities: ItemStorage;
  /** For sign-ins in progress. */
  readonly signIns: WorkStorage;
  /** For revocations that wait for the service. */
  readonly revocations: WorkStorage;
  /** Resolves when the writes that are under way have ended. A window that closes waits for it. Never rejects. */
  readonly finish: () => Promise<void>;
  /** For Diagnose Sign-In. Rejects with the platform's error when the storage cannot be opened. */
  readonly status: () => Promise<StorageStatus>;
}
