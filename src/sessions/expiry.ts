import type { EndedSession, LiveSession, Session } from './record.ts';

/** A session is not handed out this close to its expiry, because a request that uses it could arrive too late. */
const LONGEST_MARGIN_MS = 60_000;
/** The largest part of a session's life that the margin may take, for short sessions. */
const MARGIN_PART_OF_LIFE = 1 / 5;
/** How long before the expiry the user is warned and a refresh token is used. */
const SOON_MS = 5 * 60_000;
/** To the user, a session has ended when it could not be renewed for this long after its expiry. */
const OVERDUE_AFTER_MS = 10 * 60_000;
/** better-auth's default for `updateAge`: it does not extend a session that is younger. */
const EXTEND_AFTER_MS = 24 * 60 * 60_000;
/** Servers with shorter sessions extend younger ones. */
const EXTEND_AFTER_PART = 1 / 4;
/** No session is so short that a service should be asked more often. */
const EXTEND_AT_MOST_EVERY_MS = 60_000;
/** How long the remains of an ended session are kept. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

type Expiring = { readonly grant: Pick<LiveSession['grant'], 'expiresAtMs'> };
type Life = Expiring & Pick<LiveSession, 'grantedAtMs' | 'accessTokenRejected'>;

/**
 * True when the session must not be handed out, because its access token was rejected, or has expired or is about to.
 */
export function isOver({ grant, grantedAtMs, accessTokenRejected }: Life, nowMs: number): boolean {
  return accessTokenRejected === true || overAtMs({ grant, grantedAtMs }) <= nowMs;
}

/**
 * When the session stops being handed out, shortly before its expiry, in milliseconds of the wall clock. Infinity
 * without a known expiry.
 */
export function overAtMs({ grant, grantedAtMs }: Life): number {
  const expiresAtMs = expiryOf({ grant });
  const marginMs = Math.max(0, expiresAtMs - grantedAtMs) * MARGIN_PART_OF_LIFE;
  return expiresAtMs - Math.min(LONGEST_MARGIN_MS, marginMs);
}

/** True in a session's last five minutes, or in the last half of a shorter one. */
export function endsSoon({ grant, grantedAtMs }: Life, nowMs: number): boolean {
  const expiresAtMs = expiryOf({ grant });
  const lifeMs = expiresAtMs - grantedAtMs; // zero or less if the clock was set back
  return expiresAtMs - nowMs <= (lifeMs > 0 ? Math.min(SOON_MS, lifeMs / 2) : SOON_MS);
}

/**
 * How long after `fromMs` (wall clock) to ask for a later expiry: a quarter of what is left then, and a day at most.
 */
export function extendAfterMs(session: Expiring, fromMs: number): number {
  const partMs = (expiryOf(session) - fromMs) * EXTEND_AFTER_PART;
  return Math.max(EXTEND_AT_MOST_EVERY_MS, Math.min(EXTEND_AFTER_MS, partMs));
}

/** True when the access token has expired. `isOver` is true a little earlier. */
export function isExpired(session: Expiring, nowMs: number): boolean {
  return expiryOf(session) <= nowMs;
}

/** True when a session that can be renewed has not been, for ten minutes after its expiry. */
export function isOverdue(session: Expiring, nowMs: number): boolean {
  return expiryOf(session) + OVERDUE_AFTER_MS < nowMs;
}

/** When the session expires or expired, in milliseconds of the wall clock; 0 without a known expiry. */
export function endOf(session: Session): number {
  const { expiresAtMs } = session.state === 'live' ? session.grant : session;
  return expiresAtMs ?? 0;
}

/** True for the remains of a session that ended more than 30 days ago. */
export function isForgettable({ endedAtMs }: EndedSession, nowMs: number): boolean {
  return endedAtMs + KEPT_MS < nowMs;
}

/** In milliseconds of the wall clock. */
function expiryOf({ grant }: Expiring): number {
  return grant.expiresAtMs ?? Infinity;
}
