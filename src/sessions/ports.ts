/** Where sessions are kept beyond the life of a window: one text for each session id. All windows share it. */
export interface SessionStorage {
  /** The ids of all stored texts. Rejects with the platform's error when the storage cannot be read. */
  ids(): Promise<string[]>;
  /** Undefined when nothing readable is stored under the id. Rejects with the platform's error. */
  read(id: string): Promise<string | undefined>;
  /** Replaces the text as a whole, or not at all. Rejects with the platform's error. */
  write(id: string, text: string): Promise<void>;
  /** Deletes the text, if there is one. Rejects with the platform's error. */
  delete(id: string): Promise<void>;
  /** Tells which text may have changed, in whichever window. Undefined: every text may have changed. */
  onDidChange(listener: (id: string | undefined) => void): { dispose(): void };
  /** Stops the events. */
  dispose(): void;
}

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
   * Returns true to the first window that claims `name`, and false to every window for the next `ms` milliseconds of
   * the wall clock. Never rejects. Returns true on error: a duplicate message beats a missing one.
   */
  claimFor(name: string, ms: number): Promise<boolean>;
}

/** How the windows share the sessions, as far as one of them can tell. */
export interface StorageStatus {
  /** Where the sessions are. `secretStorage`: the folder for files cannot be used. */
  readonly place: 'files' | 'secretStorage' | 'globalState';
  /** How many locks the windows hold at this moment. Absent where locks are no files, or cannot be read. */
  readonly heldLocks?: number | undefined;
}
