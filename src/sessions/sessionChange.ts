import { isLive, type LiveSession, type SessionRecord } from './sessionRecord.ts';

/** A change that users of sessions can see. A session that has ended counts as removed. */
export interface SessionChange {
  readonly kind: 'added' | 'changed' | 'removed';
  /** The session as it is now, or as it was before its removal. */
  readonly record: LiveSession;
  /** True when a sign-in in any window made the change. */
  readonly isSignIn: boolean;
}

/** The same change, as those see it who use the sessions of a service. */
export interface ShownChange extends SessionChange {
  /** The sessions of the same account that can be seen beside this one. */
  readonly siblings: readonly LiveSession[];
}

/** Undefined when users of sessions cannot see a difference. */
export function changeBetween(
  before: SessionRecord | undefined,
  after: SessionRecord | undefined,
): SessionChange | undefined {
  if (!isLive(after))
    return isLive(before) ? { kind: 'removed', record: before, isSignIn: false } : undefined;
  const isSignIn = before?.version.signIn !== after.version.signIn;
  if (!isLive(before)) return { kind: 'added', record: after, isSignIn };
  return visiblePart(before) === visiblePart(after)
    ? undefined
    : { kind: 'changed', record: after, isSignIn };
}

/** All that other extensions and the person can see of a session. */
function visiblePart({ grant, accessTokenRejected, scopes, person }: LiveSession): string {
  return JSON.stringify([grant.accessToken, grant.expiresAtMs, accessTokenRejected, scopes, person]);
}
