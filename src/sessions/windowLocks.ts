/** What only one of all windows is to do. */
export interface Claims {
  /**
   * True for the window that may do what `name` stands for; nobody else may for `forMs` milliseconds, or until the
   * claim is released. Never rejects: a window that cannot see the others' claims acts as if it were alone.
   */
  take(name: string, forMs: number): Promise<boolean>;
  /** Gives it up before its time. */
  release(name: string): Promise<void>;
}
