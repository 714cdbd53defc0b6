/** The times of silent calls of getSession through all of VS Code, in turn, in milliseconds. */
export interface SilentMs {
  /** Nobody is signed in. */
  readonly ours: number[];
  /** Nobody is signed in. */
  readonly github: number[];
  /** The rest is our provider too. */
  readonly oneSession: number[];
  /** One account has 200 sessions, and one of them is asked for. */
  readonly manyScopes: number[];
  /** 200 accounts have a session, and all of them answer the request. */
  readonly manyAccounts: number[];
}

/** What test/stopwatch measures in one window. */
export interface WindowTimes {
  /**
   * From the call of `activate` of vscode.Extension until it is done, in milliseconds: VS Code reads what it has
   * stored for the extension, loads its code and runs it.
   */
  readonly activationMs: { ours: number; empty: number };
  /** From the same moment until our API has answered a question about a session, in milliseconds. */
  readonly answerMs: number;
  readonly silentMs: SilentMs;
}
