/** The times of alternating silent getSession calls to two providers, through VS Code, in milliseconds. */
export type PairMs = readonly [number[], number[]];

export interface SilentMs {
  /** Our provider and VS Code’s own one, with no one signed in. */
  readonly oursAndGithub: PairMs;
  /** Our provider with 200 sessions of one account, of which one matches, and with one session. */
  readonly manyScopesAndOne: PairMs;
  /** Our provider with sessions of 200 accounts, all of which match, and with one session. */
  readonly manyAccountsAndOne: PairMs;
}

/** What test/stopwatch measures in one window. */
export interface WindowTimes {
  /**
   * The time from `vscode.Extension.activate` until our API has answered about a session, in milliseconds. It includes
   * VS Code reading the extension's state and loading its code.
   */
  readonly answerMs: number;
  readonly silentMs: SilentMs;
}
