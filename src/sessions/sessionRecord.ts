import * as z from 'zod/mini';

import { Person } from '../services/person.ts';

/** A session as SecretStorage keeps it. Everything in it is to be treated as secret. */
export const SessionRecord = z.object({
  version: z.literal(1),
  id: z.string(),
  /** The id of the authentication provider. */
  provider: z.string(),
  /** The server that granted the tokens, and the only one that they may be sent to. */
  server: z.string(),
  /** Empty once the session has ended. */
  accessToken: z.string(),
  refreshToken: z.exactOptional(z.string()),
  /** How the service wants the token. */
  sentAs: z.exactOptional(z.literal(['bearer', 'cookie'])),
  /** As they were asked for, order included. */
  scopes: z.array(z.string()),
  person: Person,
  /** When the person signed in, in milliseconds of the wall clock. */
  createdAtMs: z.number(),
  /** When the access token ends. */
  expiresAtMs: z.exactOptional(z.number()),
  /**
   * Why it is over. What has ended is kept for a while, without its tokens, so that the next sign-in of the same
   * identity goes on with the id and the label that others know.
   */
  ended: z.exactOptional(z.literal(['expired', 'rejected'])),
  /** When this was written. Of two versions of a session the newer one counts, whichever arrives last. */
  writtenAtMs: z.number(),
});
export type SessionRecord = z.infer<typeof SessionRecord>;

/** A record that the store has yet to write. */
export type NewRecord = Omit<SessionRecord, 'writtenAtMs'>;

const KEY_PREFIX = 'session/';

/** One key per session: windows that write at the same time never share one, so none can drop another's session. */
export function keyOf(id: string): string {
  return KEY_PREFIX + id;
}

export function isSessionKey(key: string): boolean {
  return key.startsWith(KEY_PREFIX);
}

/** Throws a zod error for a record that could not be read again; drops members that do not belong in it. */
export function serialize(record: SessionRecord): string {
  return JSON.stringify(z.parse(SessionRecord, record));
}

/** Undefined for text that is not a record of this version, whoever wrote it. */
export function deserialize(text: string): SessionRecord | undefined {
  try {
    return z.safeParse(SessionRecord, JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON
  }
}

/** What is left of a session that is over: who it was for, and no token. */
export function endedRecord(record: SessionRecord, ended: 'expired' | 'rejected'): NewRecord {
  const { refreshToken, ...rest } = record;
  return { ...rest, accessToken: '', ended };
}
