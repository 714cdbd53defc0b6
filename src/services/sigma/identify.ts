import { TimeLimitError, withTimeLimit } from '../../base/timeLimit.ts';
import type { Http } from '../../http/send.ts';
import type { Contact } from '../../oauth/judge.ts';
import { failed } from '../../oauth/failure.ts';
import { looksLikeBapId } from '../bap.ts';
import { askAboutNewGrant } from '../newGrant.ts';
import { provisionalPerson } from '../person.ts';
import type { Grant, IdentifyResult, IdentityChoice, IdentityOption } from '../service.ts';
import { listIdentityOptions, setActive } from './organizations.ts';
import { askUserInfo, personOf, type UserInfo } from './userinfo.ts';

/** With the limits in organizations.ts, 20 seconds in total. */
const SECOND_USERINFO_LIMIT_MS = 6_000;

/** A new token, and the claims that userinfo returned for it. */
interface ClaimedGrant {
  readonly http: Http;
  readonly grant: Grant;
  readonly claims: UserInfo;
}

/**
 * Finds the BAP identity of a new token. The token is a session token of better-auth, which may stand for no identity
 * until the client sets one. Only userinfo can fail a sign-in, by a no of its own. The rest is best effort, and delays
 * the sign-in by at most 20 seconds. Rejects only with `signal.reason`.
 */
export async function identify(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
  onContact?: (contact: Contact) => void,
): Promise<IdentifyResult> {
  const asked = await askAboutNewGrant(http, () => askUserInfo(http, grant, signal), signal, onContact);
  if (asked.kind === 'rejected') return failed('grantRejected');
  if (asked.kind === 'unknown') return { kind: 'identified', person: provisionalPerson(), grant };
  const claims = asked.owner;
  const claimed: ClaimedGrant = { http, grant, claims };
  const person = personOf(claims);
  if (person.bap === undefined) return await findIdentity(claimed, signal);
  // Other servers that accept this token ask which identity is active, not userinfo.
  await setActive(http, grant, person.bap.bapId, signal);
  return { kind: 'identified', person, grant };
}

async function findIdentity(claimed: ClaimedGrant, signal: AbortSignal): Promise<IdentifyResult> {
  const { http, grant } = claimed;
  const identityOptions = await listIdentityOptions(http, grant, signal);
  if (identityOptions === undefined)
    http.log.info('The server does not say which BAP identities this account has.');
  const [only, ...others] = identityOptions ?? [];
  if (only === undefined)
    return { ...withoutIdentity(claimed), hasNoBapIdentity: identityOptions !== undefined };
  if (others.length > 0) return { kind: 'choice', choice: choiceOf(claimed, [only, ...others]) };
  return (await activate(claimed, only, signal)) ?? withoutIdentity(claimed);
}

function choiceOf(
  claimed: ClaimedGrant,
  identities: IdentityChoice['identities'],
  refused?: IdentityOption,
): IdentityChoice {
  return {
    identities,
    refused,
    choose: async (id, signal) => {
      const chosen = identities.find((each) => each.id === id);
      if (chosen === undefined) return withoutIdentity(claimed);
      const identified = await activate(claimed, chosen, signal);
      return identified ?? { kind: 'choice', choice: choiceOf(claimed, identities, chosen) };
    },
  };
}

/** Makes the token stand for one of the user's identities. Undefined if the server refuses this identity. */
async function activate(
  claimed: ClaimedGrant,
  { id, name }: IdentityOption,
  signal: AbortSignal,
): Promise<IdentifyResult | undefined> {
  const { http, grant, claims } = claimed;
  const active = await setActive(http, grant, id, signal);
  if (active === 'refused') return undefined;
  if (active === 'unknown') return withoutIdentity(claimed);
  const updated = await askAgain(claimed, signal);
  const person = updated && personOf(updated);
  if (person?.bap !== undefined) return { kind: 'identified', person, grant };
  // This server's userinfo does not follow the active identity, but it has confirmed that the user may use it.
  if (!looksLikeBapId(id)) return withoutIdentity(claimed);
  const completed = { ...claims, bap_id: id, pubkey: undefined, bap: undefined };
  return { kind: 'identified', person: personOf(completed, name === id ? undefined : name), grant };
}

/** Asks userinfo once more, for a short time. Undefined without an answer about the same user. */
async function askAgain(
  { http, grant, claims }: ClaimedGrant,
  signal: AbortSignal,
): Promise<UserInfo | undefined> {
  try {
    const { answer } = await withTimeLimit(http.clock, SECOND_USERINFO_LIMIT_MS, signal, (limited) =>
      askUserInfo(http, grant, limited, claims.sub),
    );
    return answer.kind === 'owner' ? answer.owner : undefined;
  } catch (error) {
    if (error instanceof TimeLimitError) return undefined;
    throw error;
  }
}

function withoutIdentity({ claims, grant }: ClaimedGrant): Extract<IdentifyResult, { kind: 'identified' }> {
  return { kind: 'identified', person: personOf(claims), grant };
}
