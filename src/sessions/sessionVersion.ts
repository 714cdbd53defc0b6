import { serialize, type SessionRecord, type SessionVersion } from './sessionRecord.ts';

/** The version of a new session. */
export const FIRST_VERSION: SessionVersion = { signIn: 1, revision: 0, amendment: 0 };

/** A new sign-in: newer than everything that any window makes of the earlier sign-in, whenever that is written. */
export function afterSignIn({ signIn }: SessionVersion): SessionVersion {
  return { signIn: signIn + 1, revision: 0, amendment: 0 };
}

/** A new grant for the same sign-in. */
export function afterRenewal({ signIn, revision }: SessionVersion): SessionVersion {
  return { signIn, revision: revision + 1, amendment: 0 };
}

/**
 * The same grant with less of it, such as a session that has ended. Older than every renewal of that grant: if
 * another window has renewed the session at the same moment, the renewal wins.
 */
export function afterAmendment(version: SessionVersion): SessionVersion {
  return { ...version, amendment: version.amendment + 1 };
}

/**
 * True when `a` replaces `b` in every window. A removal is final: it is newer than any version that was not
 * removed. If two windows have made the same version at the same moment, the texts decide, so that all windows
 * choose the same one.
 */
export function isNewer(a: SessionRecord, b: SessionRecord): boolean {
  const [aRemoved, bRemoved] = [a.state === 'removed', b.state === 'removed'];
  if (aRemoved !== bRemoved) return aRemoved;
  const ahead = compareVersions(a.version, b.version);
  return ahead === 0 ? serialize(a) > serialize(b) : ahead > 0;
}

/** Positive when `a` comes after `b`, zero for the same version. */
export function compareVersions(a: SessionVersion, b: SessionVersion): number {
  return a.signIn - b.signIn || a.revision - b.revision || a.amendment - b.amendment;
}
