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
  /** Kept for an hour after an expiry: if the clock was wrong, the session goes on. */
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
