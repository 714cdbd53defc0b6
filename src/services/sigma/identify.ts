import { isPage } from '../../http/outcome.ts';
import { type Http, sendWithin, sendWithRetries } from '../../http/send.ts';
import { failed, failureOf } from '../../oauth/failure.ts';
import { looksLikeBapId } from '../bap.ts';
import type { Grant, IdentifyResult, IdentityChoice, IdentityOption } from '../service.ts';
import { listIdentityOptions, setActive } from './organizations.ts';
import { personOf, readUserInfo, type UserInfo, userinfo } from './userinfo.ts';

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
 * until the client sets one. Only the first userinfo request can fail a sign-in. The rest is best effort, and delays
 * the sign-in by at most 20 seconds. Rejects only with `signal.reason`.
 */
export async function identify(http: Http, grant: Grant, signal: AbortSignal): Promise<IdentifyResult> {
  const outcome = await sendWithRetries(http, userinfo(grant), signal);
  const claims = readUserInfo(outcome);
  if (claims === undefined) {
    const rejected =
      outcome.kind === 'answer' && [400, 401, 403].includes(outcome.status) && !isPage(outcome.headers);
    return rejected ? failed('grantRejected') : failureOf(outcome);
  }
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
  const answer = await sendWithin(http, SECOND_USERINFO_LIMIT_MS, userinfo(grant), signal);
  const updated = readUserInfo(answer);
  const person = updated && personOf(updated);
  if (person?.bap !== undefined) return { kind: 'identified', person, grant };
  // This server's userinfo does not follow the active identity, but it has confirmed that the user may use it.
  if (!looksLikeBapId(id)) return withoutIdentity(claimed);
  const completed = { ...claims, bap_id: id, pubkey: undefined, bap: undefined };
  return { kind: 'identified', person: personOf(completed, name === id ? undefined : name), grant };
}

function withoutIdentity({ claims, grant }: ClaimedGrant): Extract<IdentifyResult, { kind: 'identified' }> {
  return { kind: 'identified', person: personOf(claims), grant };
}
