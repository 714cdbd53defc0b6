import * as z from 'zod/mini';

import type { IdentityService } from '../../services/service.ts';
import type { SessionRecord } from '../../sessions/sessionRecord.ts';

/** All that an agent learns of an account. It gets nothing else of a session, and no token. */
interface OwnerIdentity {
  provider: string;
  name: string;
  bapId: string | undefined;
  pubkey: string | undefined;
}

/** A language model writes the input, and VS Code does not check it against the schema in the manifest. */
const Input = z.object({ provider: z.optional(z.string()) });

/**
 * The answer of the tool `bap_identity`: JSON, or a sentence. In English, because a language model reads it.
 */
export function identityAnswer(
  input: unknown,
  services: readonly Pick<IdentityService, 'id' | 'label'>[],
  records: readonly SessionRecord[],
): string {
  const { success, data } = z.safeParse(Input, input);
  const wanted = services.filter(({ id }) => data?.provider === undefined || id === data.provider);
  if (!success || wanted.length === 0) {
    const ids = services.map(({ id }) => `"${id}"`).join(' or ');
    return `The input is not understood: "provider" must be ${ids}, or be left out for all of them.`;
  }
  const identities = newestOfEachAccount(records)
    .filter(({ provider }) => wanted.some(({ id }) => id === provider))
    .map(toIdentity);
  if (identities.length > 0) return JSON.stringify(identities);
  const labels = wanted.map(({ label }) => label).join(' or ');
  return `Nobody is signed in with ${labels}. Ask the person to run “BAP Identity: Sign In…” from the Command Palette, then use this tool again.`;
}

/** The newest session of each account, newest first. An account can have a session for each set of scopes. */
function newestOfEachAccount(records: readonly SessionRecord[]): SessionRecord[] {
  const newestFirst = [...records].sort((a, b) => b.createdAtMs - a.createdAtMs);
  const accounts = Map.groupBy(newestFirst, ({ provider, person }) =>
    JSON.stringify([provider, person.accountId]),
  );
  return [...accounts.values()].flatMap(([newest]) => newest ?? []);
}

/** JSON.stringify leaves out members that are undefined. */
function toIdentity({ provider, person: { name, bap } }: SessionRecord): OwnerIdentity {
  return { provider, name, bapId: bap?.bapId, pubkey: bap?.pubkey };
}
