import * as z from 'zod/mini';

import { safeText } from '../base/safeText.ts';
import { withoutUndefined } from '../http/schema.ts';
import { BapIdentity } from './bap.ts';

/** Who signed in, as stored with the session. All texts except `subject` are safe to show. */
export const Person = z.object({
  /** The BAP ID if there is one, because one subject can have several identities; else the subject. */
  accountId: z.string(),
  /** Readable, unique, and stable for an identity: VS Code stores the user's consent under the label. */
  accountLabel: z.string(),
  /** The service's ID of the user. */
  subject: z.string(),
  name: z.string(),
  email: z.exactOptional(z.string()),
  picture: z.exactOptional(z.string()),
  bap: z.exactOptional(BapIdentity),
  /** What the service has not said yet: who the user is, so the IDs are made up, or which BAP identity they have. */
  provisional: z.exactOptional(z.literal(['user', 'identity'])),
});
export type Person = z.infer<typeof Person>;

/** What a service says about a user. All texts are as the service sent them, and not safe to show. */
export interface Claims {
  /** The service's ID of the user, at most 255 characters. */
  readonly subject: string;
  /** In order of preference. Blank names are skipped. */
  readonly names: readonly (string | undefined)[];
  readonly email?: string | undefined;
  readonly picture?: string | undefined;
  readonly bap?: BapIdentity | undefined;
}

/** The name falls back to a shortened ID. */
export function createPerson({ subject, names, email, picture, bap }: Claims): Person {
  const accountId = bap?.bapId ?? subject;
  const name = names.map((each) => safeText(each ?? '')).find((each) => each !== '');
  return {
    subject,
    accountId,
    accountLabel: accountLabel(name, accountId),
    name: name ?? nameOf(accountId),
    ...withoutUndefined({ email: email && safeText(email), picture, bap }),
  };
}

/** Stands in while the service does not say who signed in: an account for this session alone. */
export function provisionalPerson(): Person {
  const id = `session-${crypto.randomUUID().slice(0, 8)}`;
  return { subject: id, accountId: id, accountLabel: id, name: id, provisional: 'user' };
}

/**
 * `name (id)`, or the ID alone without a name. Contains the whole ID, encoded so that it has no space, so that no two
 * IDs ever share a label, whatever the names are.
 */
function accountLabel(name: string | undefined, id: string): string {
  return name === undefined ? encoded(id) : `${name} (${encoded(id)})`;
}

/** The shortened ID. An ID of invisible characters is encoded first. */
function nameOf(id: string): string {
  const shown = safeText(shortId(id));
  return shown === '' ? shortId(encoded(id)) : shown;
}

function encoded(id: string): string {
  return Array.from(id, encodeCharacter).join('');
}

/** JSON can contain half of a surrogate pair, for which encodeURIComponent throws. */
function encodeCharacter(character: string): string {
  return character.isWellFormed()
    ? encodeURIComponent(character)
    : `%u${character.charCodeAt(0).toString(16)}`;
}

/** `Go8vCH…z35J`: enough to tell one user's IDs apart, but not unique. */
function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id;
}
