import * as z from 'zod/mini';

import { safeText } from '../base/safeText.ts';
import { withoutUndefined } from '../http/schema.ts';
import { BapIdentity } from './bap.ts';

/** Who signed in. It is stored with the session. Its texts are safe to show, except `subject`. */
export const Person = z.object({
  /**
   * The account's id: the BAP id if there is one, because one subject can hold several identities; else the
   * subject.
   */
  accountId: z.string(),
  /** VS Code keys its consent by the label: unique and stable for an identity, and readable. */
  accountLabel: z.string(),
  /** The service's id of the user. */
  subject: z.string(),
  name: z.string(),
  email: z.exactOptional(z.string()),
  picture: z.exactOptional(z.string()),
  bap: z.exactOptional(BapIdentity),
});
export type Person = z.infer<typeof Person>;

/** What a service says about a user. All texts come from outside, as the service sent them. */
export interface Claims {
  /** The service's id of the user, 255 characters at most. */
  readonly subject: string;
  /** The names that the service knows, the best first. A name that is blank does not count. */
  readonly names: readonly (string | undefined)[];
  readonly email?: string | undefined;
  readonly picture?: string | undefined;
  readonly bap?: BapIdentity | undefined;
}

/** Builds the person from a service's claims. The name falls back to a shortened id. */
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

/**
 * `name (id)`, or the id alone for a person without a name. The whole id is in the label, and is encoded so
 * that it holds no space. So two ids never get the same label, whatever the names are.
 */
function accountLabel(name: string | undefined, id: string): string {
  return name === undefined ? encoded(id) : `${name} (${encoded(id)})`;
}

/** The shortened id. An id of which nothing can be seen is encoded first. */
function nameOf(id: string): string {
  const shown = safeText(shortId(id));
  return shown === '' ? shortId(encoded(id)) : shown;
}

function encoded(id: string): string {
  return Array.from(id, encodeCharacter).join('');
}

/** JSON can hold half of a surrogate pair, for which encodeURIComponent throws. */
function encodeCharacter(character: string): string {
  return character.isWellFormed()
    ? encodeURIComponent(character)
    : `%u${character.charCodeAt(0).toString(16)}`;
}

/** `Go8vCH…z35J`: enough to tell one person's ids apart, but not unique. */
function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id;
}
