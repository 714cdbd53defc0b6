/** A write that is done: the session, and the count with which its text begins. */
export interface Written {
  readonly id: string;
  readonly count: number;
}

/** Makes a text as long as that of a session with a profile. */
export const PADDING = 'x'.repeat(4_000);
