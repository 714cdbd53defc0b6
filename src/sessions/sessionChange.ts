import type { SessionRecord } from './sessionRecord.ts';

/** What really changed for those who use sessions: one that has ended counts as removed, and comes back as added. */
export interface StoreChange {
  readonly kind: 'added' | 'changed' | 'removed';
  /** The session as it is now, or was before its removal. */
  readonly record: SessionRecord;
  /** True when a sign-in has brought it, in whichever window. */
  readonly isSignIn: boolean;
}

export function isLive({ ended }: SessionRecord): boolean {
  return ended === undefined;
}

/** Undefined when nobody could tell the difference. */
export function changeBetween(
  before: SessionRecord | undefined,
  after: SessionRecord | undefined,
): StoreChange | undefined {
  const was = before && isLive(before) ? before : undefined;
  const is = after && isLive(after) ? after : undefined;
  if (is === undefined) return was && { kind: 'removed', record: was, isSignIn: false };
  const isSignIn = before?.createdAtMs !== is.createdAtMs;
  if (was === undefined) return { kind: 'added', record: is, isSignIn };
  return look(was) === look(is) ? undefined : { kind: 'changed', record: is, isSignIn };
}

/** All that others can see of a session. */
function look({ accessToken, expiresAtMs, scopes, person }: SessionRecord): string {
  return JSON.stringify({ accessToken, expiresAtMs, scopes, person });
}
