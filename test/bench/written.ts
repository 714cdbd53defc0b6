/** An acknowledged write: the session and the count at the start of its text. */
export interface Written {
  readonly id: string;
  readonly count: number;
}

/** As long as a stored session with a profile. */
export const PADDING = 'x'.repeat(4_000);
