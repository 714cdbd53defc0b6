import * as z from 'zod/mini';

import { BapIdentity } from './bap.ts';

/** Who signed in. It is stored with the session, and its texts are safe to show. */
export const Person = z.object({
  /** The account's id: the BAP id, since one subject can hold several identities; else the subject. */
  accountId: z.string(),
  /** VS Code keys consent by it: unique and stable for an identity, and readable. */
  accountLabel: z.string(),
  /** The service's id of the user. */
  subject: z.string(),
  name: z.string(),
  email: z.exactOptional(z.string()),
  picture: z.exactOptional(z.string()),
  bap: z.exactOptional(BapIdentity),
});
export type Person = z.infer<typeof Person>;

/**
 * `name (id)`, or the id alone for a person without a name. The whole id is in it, encoded so that it holds no
 * space: whatever the names, no two ids can get the same label.
 */
export function accountLabel(name: string | undefined, id: string): string {
  const encodedId = Array.from(id, encodeCharacter).join('');
  return name === undefined ? encodedId : `${name} (${encodedId})`;
}

/** JSON can hold half a surrogate pair, at which encodeURIComponent throws. */
function encodeCharacter(character: string): string {
  return character.isWellFormed()
    ? encodeURIComponent(character)
    : `%u${character.charCodeAt(0).toString(16)}`;
}

/** `Go8vCH…z35J`: enough of an id to tell it from one's others at a glance, and never more than a hint. */
export function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id;
}
