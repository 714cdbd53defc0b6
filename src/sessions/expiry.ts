import type { LiveSession, SessionRecord } from './record.ts';

/** A session is not handed out this close to its end: a request with it could arrive too late. */
const LONGEST_MARGIN_MS = 60_000;
/** A short session would be all margin. This is the most that the margin may take of its life. */
const MARGIN_PART_OF_LIFE = 1 / 5;
/** The person is told, and a refresh token is used, this long before the end. */
const SOON_MS = 5 * 60_000;
/** What is left of an ended or signed-out session is kept this long. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

type Life = Pick<LiveSession, 'grantedAtMs' | 'accessTokenRejected'> & {
  grant: Pick<LiveSession['grant'], 'expiresAtMs'>;
};

/** True when the session must not be handed out, because its access token has ended, or ends in a moment. */
export function isOver({ grant, grantedAtMs, accessTokenRejected }: Life, nowMs: number): boolean {
  return accessTokenRejected === true || overAtMs({ grant, grantedAtMs }) <= nowMs;
}

/** From when on the session is not handed out, in milliseconds of the wall clock. Infinity without a known end. */
export function overAtMs({ grant: { expiresAtMs = Infinity }, grantedAtMs }: Life): number {
  const marginMs = Math.max(0, expiresAtMs - grantedAtMs) * MARGIN_PART_OF_LIFE;
  return expiresAtMs - Math.min(LONGEST_MARGIN_MS, marginMs);
}

/** True in a session's last five minutes, or in the last half of a shorter one. */
export function endsSoon({ grant, grantedAtMs }: Life, nowMs: number): boolean {
  const { expiresAtMs = Infinity } = grant;
  const lifeMs = expiresAtMs - grantedAtMs; // zero or less if the clock was set back
  return expiresAtMs - nowMs <= (lifeMs > 0 ? Math.min(SOON_MS, lifeMs / 2) : SOON_MS);
}

/** True for what is left of a session that ended or was signed out more than 30 days ago. */
export function isForgettable(record: SessionRecord, nowMs: number): boolean {
  if (record.state === 'live') return false;
  return (record.state === 'ended' ? record.endedAtMs : record.removedAtMs) + KEPT_MS < nowMs;
}
