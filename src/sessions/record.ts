import * as z from 'zod/mini';

import { parseJson } from '../base/json.ts';
import { Person } from '../services/person.ts';
import { Grant } from '../services/service.ts';

/** Counts the changes of one session. `compareVersions` orders two versions. */
const SessionVersion = z.object({
  /** The number of sign-ins. */
  signIn: z.number(),
  /** The number of renewals since the last sign-in. */
  revision: z.number(),
  /** How many times something was removed from this revision, such as a rejected refresh token. */
  amendment: z.number(),
});
export type SessionVersion = z.infer<typeof SessionVersion>;

const common = {
  /** The format of this record. A later version of the extension may use another one. */
  format: z.literal(1),
  id: z.string(),
  version: SessionVersion,
};

const about = {
  /** The id of the service and of its authentication provider. */
  serviceId: z.string(),
  /** The server that issued the grant, as in `Grant.server`. An account belongs to one server. */
  server: z.string(),
  /** As requested, in that order. */
  scopes: z.array(z.string()),
  person: Person,
  /** The time of the last sign-in, in milliseconds of the wall clock. */
  signedInAtMs: z.number(),
  /** The id under which that sign-in was stored while in progress, if it was. Any copy still stored is a leftover. */
  signInId: z.exactOptional(z.string()),
};

const LiveSession = z.object({
  ...common,
  state: z.literal('live'),
  ...about,
  grant: Grant,
  /** When this grant arrived, in milliseconds of the wall clock. */
  grantedAtMs: z.number(),
  /** The service has rejected the access token, but the refresh token may still work. */
  accessTokenRejected: z.exactOptional(z.literal(true)),
});
/** A session that can be used or renewed. */
export type LiveSession = z.infer<typeof LiveSession>;

const EndedSession = z.object({
  ...common,
  state: z.literal('ended'),
  ...about,
  reason: z.literal(['expired', 'rejected']),
  /** When this was noticed, in milliseconds of the wall clock. */
  endedAtMs: z.number(),
  /** The expiry of its access token, in milliseconds of the wall clock, if known. */
  expiresAtMs: z.exactOptional(z.number()),
  /** Kept for an hour after the session expired: if the clock was wrong, the session resumes. */
  expired: z.exactOptional(z.object({ grant: Grant, grantedAtMs: z.number() })),
});
/**
 * A session that has ended. It is kept for 30 days, so that the next sign-in to the same account keeps the session id
 * and the account label that other extensions know.
 */
export type EndedSession = z.infer<typeof EndedSession>;

/**
 * The mark of a signed-out session. It holds no personal data, and stays for good: it lets every window tell a session
 * that was signed out from one that storage has lost.
 */
export interface RemovedSession {
  readonly format: 1;
  readonly id: string;
  /** The version that was signed out. */
  readonly version: SessionVersion;
  readonly state: 'removed';
}

/** A session that was not signed out. */
export type Session = LiveSession | EndedSession;

/** A session as a window knows it. Treat all of it as a secret. */
export type SessionRecord = Session | RemovedSession;

/** An approved sign-in. */
export interface ApprovedSignIn {
  /** As in `Session.signInId`. */
  readonly id?: string;
  readonly scopes: readonly string[];
  readonly grant: Grant;
  readonly person: Person;
}

const Stored = z.union([LiveSession, EndedSession]);

/** Throws a zod error for a session that could not be read back. */
export function serialize(session: Session): string {
  return JSON.stringify(z.parse(Stored, session));
}

/** Returns undefined for a text that is not a session of this format with this id. */
export function deserialize(id: string, text: string): Session | undefined {
  const session = parseJson(Stored, text);
  return session?.id === id ? session : undefined;
}

export function isLive(record: SessionRecord | undefined): record is LiveSession {
  return record?.state === 'live';
}

/** The service has not said yet whose it is. */
export function isProvisional({ person }: LiveSession): boolean {
  return person.provisional !== undefined;
}

/** Returns an expired session as it was before it ended, or undefined when its grant was dropped. */
export function asLive(record: EndedSession): LiveSession | undefined {
  const { reason, endedAtMs, expiresAtMs, expired, ...lasting } = record;
  return expired && { ...lasting, ...expired, state: 'live' };
}

export const FIRST_VERSION: SessionVersion = { signIn: 1, revision: 0, amendment: 0 };

/** For a new sign-in: newer than every change to the earlier one, in any window, however late it is written. */
export function afterSignIn({ signIn }: SessionVersion): SessionVersion {
  return { signIn: signIn + 1, revision: 0, amendment: 0 };
}

/** For a new grant of the same sign-in. */
export function afterRenewal({ signIn, revision }: SessionVersion): SessionVersion {
  return { signIn, revision: revision + 1, amendment: 0 };
}

/**
 * For the same grant with something removed, such as the end of a session. It is older than every renewal of that
 * grant: if another window renews the session at the same moment, the renewal wins.
 */
export function afterAmendment(version: SessionVersion): SessionVersion {
  return { ...version, amendment: version.amendment + 1 };
}

/** Positive when `a` is newer than `b`, zero for the same version. */
export function compareVersions(a: SessionVersion, b: SessionVersion): number {
  return a.signIn - b.signIn || a.revision - b.revision || a.amendment - b.amendment;
}

/** A change that is visible to consumers of sessions. A session that has ended counts as removed. */
export interface SessionChange {
  readonly kind: 'added' | 'changed' | 'removed';
  /** The session as it is now, or as it was before it was removed. */
  readonly record: LiveSession;
  /** True when the change comes from a sign-in, in any window. */
  readonly isSignIn: boolean;
}

/** The change as consumers of one service see it. */
export interface AccountChange extends SessionChange {
  /** The other sessions of the same account that consumers see. */
  readonly siblings: readonly LiveSession[];
}

/** Returns none when consumers of sessions cannot see a difference. Another account is a removal and an addition. */
export function changesBetween(
  before: SessionRecord | undefined,
  after: SessionRecord | undefined,
): SessionChange[] {
  const removed: SessionChange[] = isLive(before)
    ? [{ kind: 'removed', record: before, isSignIn: false }]
    : [];
  if (!isLive(after)) return removed;
  const isSignIn = before?.version.signIn !== after.version.signIn;
  if (!isLive(before) || before.person.accountId !== after.person.accountId)
    return [...removed, { kind: 'added', record: after, isSignIn }];
  return visiblePart(before) === visiblePart(after) ? [] : [{ kind: 'changed', record: after, isSignIn }];
}

/** Everything that other extensions and the user can see of a session. */
function visiblePart({ grant, accessTokenRejected, scopes, person }: LiveSession): string {
  const { accessToken, idToken, scopes: granted, expiresAtMs } = grant;
  return JSON.stringify([accessToken, idToken, granted, expiresAtMs, accessTokenRejected, scopes, person]);
}
