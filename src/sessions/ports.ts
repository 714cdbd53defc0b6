import type { Disposable } from '../base/emitter.ts';

/** Persistent storage for sessions, shared by all windows: one text per session id. */
export interface SessionStorage {
  /** Returns the ids of all stored texts. Rejects with the platform's error when the storage cannot be read. */
  ids(): Promise<string[]>;
  /** Returns undefined when nothing readable is stored under the id. Rejects with the platform's error. */
  read(id: string): Promise<string | undefined>;
  /** Replaces the text as a whole, or not at all. Rejects with the platform's error. */
  write(id: string, text: string): Promise<void>;
  /** Deletes the text, if there is one. Rejects with the platform's error. */
  delete(id: string): Promise<void>;
  /** Fires with the id of a text that may have changed, in any window, or with undefined when any of them may have. */
  onDidChange(listener: (id: string | undefined) => void): Disposable;
  /** Stops the events. */
  dispose(): void;
}

/** Keeps the windows of one user from doing the same thing at the same time. */
export interface WindowLocks {
  /**
   * Waits until no other window holds the lock `name`, then runs `work` and holds the lock until the work has
   * settled, however long that takes. Settles as `work` does. Rejects with `signal.reason` when the signal aborts
   * while this waits; work that has begun is not interrupted. Locks are not reentrant: work under a lock must not
   * wait for the same lock again. Where the windows cannot lock each other out, the work runs all the same, and
   * `isHeld` says so.
   */
  withLock<T>(name: string, signal: AbortSignal, work: (lock: HeldLock) => Promise<T>): Promise<T>;
  /**
   * Returns true unless a window has claimed `name` less than `ms` milliseconds of the wall clock ago, and claims it.
   * Never rejects. Returns true on error: a duplicate message beats a missing one.
   */
  claimFor(name: string, ms: number): Promise<boolean>;
}

/** A lock, as the work under it sees it. */
export interface HeldLock {
  /** The name of the item that an owner before has handed on. This window may not see that item yet. */
  readonly handedOn: string | undefined;
  /**
   * False when another window may have the lock: this one hung for too long, or cannot lock out the others. To be asked
   * right before something that must happen once. Never rejects.
   */
  isHeld(): Promise<boolean>;
  /** Hands on the name of an item (0-9, a-z, `.` and `-`, at most 90 characters) when the lock is released. */
  handOn(itemName: string): void;
}

/** How the windows share their sessions, as far as one window can tell. */
export interface StorageStatus {
  /** Where the sessions are. `secretStorage` is the fallback when the folder for files cannot be used. */
  readonly place: 'files' | 'secretStorage' | 'globalState';
  /** How many locks all windows hold right now. Undefined where locks are not files or cannot be read. */
  readonly heldLocks?: number | undefined;
}
