/** What a window is asked to run. */
export interface Plan {
  /** Bundled suites, as absolute paths. */
  files: string[];
  color: boolean;
  /** The time limit of a test, in milliseconds. 0 means none, for debuggers. */
  timeoutMs: number;
}

/** What the window reports at the end. */
export interface Report {
  passes: number;
  failures: number;
  /** Why the suites could not run. */
  error?: string;
}
