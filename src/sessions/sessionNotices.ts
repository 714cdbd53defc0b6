import type { KnownSession } from './sessionIndex.ts';
import type { SessionRecord } from './sessionRecord.ts';

/** What the person is told of their sessions while they do something else: quietly, with a way to sign in again. */
export interface SessionNotices {
  endsSoon(record: SessionRecord): void;
  ended(record: SessionRecord): void;
  /** The service does not accept the session any more. */
  rejected(record: SessionRecord): void;
  /** Sessions of one service that should have been there at the start. */
  lost(sessions: readonly KnownSession[]): void;
}
