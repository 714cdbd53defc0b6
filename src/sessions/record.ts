import * as z from 'zod/mini';

import { Person } from '../services/person.ts';
import { Grant } from '../services/service.ts';

/** Counts the changes of one session. The order of two versions is told in sessionVersion.ts. */
const SessionVersion = z.object({
  /** How many sign-ins this session has seen. */
  signIn: z.number(),
  /** How many renewals since that sign-in. */
  revision: z.number(),
  /** How often this revision has lost something, such as a rejected refresh token. */
  amendment: z.number(),
});
export type SessionVersion = z.infer<typeof SessionVersion>;

const common = {
  /** The format of this record. A later version of the extension may write another one. */
  format: z.literal(1),
  id: z.string(),
  version: SessionVersion,
};

const about = {
  /** The id of the service, which is also the id of its authentication provider. */
  serviceId: z.string(),
  /** The server that granted it, as `Grant.server` has it. An account belongs to one server. */
  server: z.string(),
  /** As they were asked for, in that order. */
  scopes: z.array(z.string()),
  person: Person,
  /** When the person signed in, in milliseconds of the wall clock. */
  signedInAtMs: z.number(),
};

const LiveSession = z.object({
  ...common,
  state: z.literal('live'),
  ...about,
  grant: Grant,
  /** When this grant arrived, in milliseconds of the wall clock. */
  grantedAtMs: z.number(),
  /** The service has rejected the access token, but the refresh token may still bring a new one. */
  accessTokenRejected: z.exactOptional(z.literal(true)),
});
/** A session that can be used, or renewed. */
export type LiveSession = z.infer<typeof LiveSession>;

const EndedSession = z.object({
  ...common,
  state: z.literal('ended'),
  ...about,
  reason: z.literal(['expired', 'rejected']),
  /** When this was noticed, in milliseconds of the wall clock. */
  endedAtMs: z.number(),
  /** When its access token ended or would have ended, in milliseconds of the wall clock, if that is known. */
  expiresAtMs: z.exactOptional(z.number()),
  /** StartupCheck for an hour after an expiry: if the clock was wrong, the session goes on. */
  expired: z.exactOptional(z.object({ grant: Grant, grantedAtMs: z.number() })),
});
/**
 * A session that is over. It stays for 30 days, so that the next sign-in of the same identity continues with the
 * id and the account label that other extensions know.
 */
export type EndedSession = z.infer<typeof EndedSession>;

const RemovedSession = z.object({
  ...common,
  state: z.literal('removed'),
  /** When the person signed out, in milliseconds of the wall clock. */
  removedAtMs: z.number(),
});
/**
 * The mark that a signed-out session leaves for 30 days. It says nothing about the person. With it, every window
 * can tell a session that was signed out from one whose stored text was lost.
 */
export type RemovedSession = z.infer<typeof RemovedSession>;

/** A session as it is stored. Treat all of it as a secret. */
export const SessionRecord = z.union([LiveSession, EndedSession, RemovedSession]);
export type SessionRecord = z.infer<typeof SessionRecord>;

/** The text to store. Throws a zod error for a record that could not be read again. */
export function serialize(record: SessionRecord): string {
  return JSON.stringify(z.parse(SessionRecord, record));
}

/** Undefined for a text that is not a record of this format with this id. */
export function deserialize(id: string, text: string): SessionRecord | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // it stays undefined, which is no record
  }
  const record = z.safeParse(SessionRecord, json).data;
  return record?.id === id ? record : undefined;
}

export function isLive(record: SessionRecord | undefined): record is LiveSession {
  return record?.state === 'live';
}

/** An expired session as it was before its end. Undefined when its grant is not kept. */
export function asLive(record: EndedSession): LiveSession | undefined {
  const { reason, endedAtMs, expiresAtMs, expired, ...lasting } = record;
  return expired && { ...lasting, ...expired, state: 'live' };
}

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

/** A change that users of sessions can see. A session that has ended counts as removed. */
export interface SessionChange {
  readonly kind: 'added' | 'changed' | 'removed';
  /** The session as it is now, or as it was before its removal. */
  readonly record: LiveSession;
  /** True when a sign-in in any window made the change. */
  readonly isSignIn: boolean;
}

/** The same change, as those see it who use the sessions of a service. */
export interface AccountChange extends SessionChange {
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
