/** The times of silent calls of getSession of two providers that took turns, through all of VS Code, in milliseconds. */
export type PairMs = readonly [number[], number[]];

export interface SilentMs {
  /** Our provider and VS Code’s own one. Nobody is signed in. */
  readonly oursAndGithub: PairMs;
  /** Our provider with 200 sessions of one account, one of which is asked for, and with one session. */
  readonly manyScopesAndOne: PairMs;
  /** Our provider with sessions of 200 accounts, all of which answer, and with one session. */
  readonly manyAccountsAndOne: PairMs;
}

/** What test/stopwatch measures in one window. */
export interface WindowTimes {
  /**
   * From the call of `activate` of vscode.Extension until our API has answered a question about a session, in
   * milliseconds: VS Code reads what it has stored for the extension, loads its code and runs it.
   */
  readonly answerMs: number;
  readonly silentMs: SilentMs;
}
