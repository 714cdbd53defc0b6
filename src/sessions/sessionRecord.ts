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
  accessToken: z.string(),
  refreshToken: z.exactOptional(z.string()),
  /** How the service wants the token. */
  sentAs: z.exactOptional(z.literal(['bearer', 'cookie'])),
  /** As they were asked for, order included. */
  scopes: z.array(z.string()),
  person: Person,
  /** Milliseconds of the wall clock. */
  createdAtMs: z.number(),
  expiresAtMs: z.exactOptional(z.number()),
});
export type SessionRecord = z.infer<typeof SessionRecord>;

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
