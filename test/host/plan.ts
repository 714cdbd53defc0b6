/** The runner's answer to a window that asks what to run. */
export interface Plan {
  /** Bundled suites, as absolute paths. */
  files: string[];
  color: boolean;
  /** How long one test may take, in milliseconds. 0: as long as it needs, as in a debugger. */
  timeoutMs: number;
}

/** What the window sends to the runner at the end. */
export interface Report {
  passes: number;
  failures: number;
  /** Why the suites could not run at all. */
  error?: string;
}
