/** What the windows of one person must not do at the same time. */
export interface WindowLocks {
  /**
   * Waits until no other window holds the lock `name`, then runs `work` and holds the lock until the work has
   * settled, however long that takes. Settles as `work` does. Rejects with `signal.reason` when the signal aborts
   * while this waits; work that has begun is not interrupted. Locks do not nest: work under a lock must not wait
   * for the same lock again.
   */
  withLock<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /**
   * True for the first window that asks for `name`, and false for all windows for `forMs` milliseconds of the
   * wall clock after that. Never rejects: when in doubt, the answer is true, so that a message is rather told
   * twice than never.
   */
  once(name: string, forMs: number): Promise<boolean>;
}
