/** What the runner tells the window that asks. */
export interface Plan {
  /** Bundled suites, as absolute paths. */
  files: string[];
  color: boolean;
}

/** What the window tells the runner when it has done. */
export interface Report {
  passes: number;
  failures: number;
  /** Why the suites could not be run at all. */
  error?: string;
}
