/** How the windows share the sessions, as far as one of them can tell. */
export interface Sharing {
  /** Where the sessions are. `secretStorage`: the folder for files cannot be used. */
  readonly place: 'files' | 'secretStorage' | 'globalState';
  /** How many locks the windows hold at this moment. Absent where locks are no files, or cannot be read. */
  readonly heldLocks?: number | undefined;
}
