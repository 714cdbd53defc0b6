import type { SessionRecord } from './sessionRecord.ts';

/** A session this close to its end is of no use any more: a request with it would come too late. */
const END_MARGIN_MS = 60_000;
/** The person is told, and a refresh token is used, this long before the end. */
const SOON_MS = 5 * 60_000;

/** True when the session is not to be handed out any more. */
export function isOver({ expiresAtMs = Infinity }: SessionRecord, nowMs: number): boolean {
  return expiresAtMs - END_MARGIN_MS <= nowMs;
}

/** True in a session's last five minutes, or in the last half of a shorter one. */
export function endsSoon({ expiresAtMs = Infinity, writtenAtMs }: SessionRecord, nowMs: number): boolean {
  const lifeMs = expiresAtMs - writtenAtMs; // nothing, or less, where the clock was set back
  return expiresAtMs - nowMs <= (lifeMs > 0 ? Math.min(SOON_MS, lifeMs / 2) : SOON_MS);
}
