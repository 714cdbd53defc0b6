import type { IndexEntry } from './lost.ts';
import type { EndedSession, LiveSession } from './record.ts';

/** What the person is told of their sessions while they do something else: quietly, with a way to sign in again. */
export interface SessionNotices {
  /** The session ends in a few minutes and cannot be renewed. */
  endsSoon(record: LiveSession): void;
  /** The session has reached its end. A live one could not be renewed for ten minutes after its end. */
  ended(record: LiveSession | EndedSession): void;
  /** The service does not accept the session. */
  rejected(record: LiveSession): void;
  /** Sessions of one service that should have been there at the start, and were not. */
  lost(sessions: readonly IndexEntry[]): void;
}
