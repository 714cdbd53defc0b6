import { isPage } from '../../http/outcome.ts';
import { type Http, sendWithin, sendWithRetries } from '../../http/send.ts';
import { failed, failureOf } from '../../oauth/failure.ts';
import { looksLikeBapId } from '../bapId.ts';
import type { Grant, IdentifyResult, IdentityChoice, IdentityOption } from '../service.ts';
import { listIdentityOptions, setActive } from './organizations.ts';
import { personOf, readUserInfo, type UserInfo, userinfo } from './userinfo.ts';

/** With the limits in ownIdentities.ts, 20 seconds together. */
const SECOND_USERINFO_LIMIT_MS = 6_000;

/** A new token, and what userinfo said of it. */
interface Asked {
  readonly http: Http;
  readonly grant: Grant;
  readonly claims: UserInfo;
}

/**
 * Finds the BAP identity of a new token. The token is a session token of better-auth, which may stand for no identity
 * until the client sets one. Only userinfo can make a sign-in fail: what follows it is worth a try, and holds the
 * sign-in up for 20 seconds at most. Rejects only with `signal.reason`.
 */
export async function identify(http: Http, grant: Grant, signal: AbortSignal): Promise<IdentifyResult> {
  const outcome = await sendWithRetries(http, userinfo(grant), signal);
  const claims = readUserInfo(outcome);
  if (claims === undefined) {
    const rejected =
      outcome.kind === 'answer' && [400, 401, 403].includes(outcome.status) && !isPage(outcome.headers);
    return rejected ? failed('grantRejected') : failureOf(outcome);
  }
  const asked: Asked = { http, grant, claims };
  const person = personOf(claims);
  if (person.bap === undefined) return await findIdentity(asked, signal);
  // Other servers that take this token ask which identity is active, and not userinfo.
  await setActive(http, grant, person.bap.bapId, signal);
  return { kind: 'identified', person, grant };
}

async function findIdentity(asked: Asked, signal: AbortSignal): Promise<IdentifyResult> {
  const { http, grant } = asked;
  const identityOptions = await listIdentityOptions(http, grant, signal);
  if (identityOptions === undefined)
    http.log.info('The server does not say which BAP identities this account has.');
  const [only, ...others] = identityOptions ?? [];
  if (only === undefined)
    return { ...withoutIdentity(asked), hasNoBapIdentity: identityOptions !== undefined };
  if (others.length > 0) return { kind: 'choice', choice: choiceOf(asked, [only, ...others]) };
  return (await become(asked, only, signal)) ?? withoutIdentity(asked);
}

function choiceOf(
  asked: Asked,
  identities: IdentityChoice['identities'],
  refused?: IdentityOption,
): IdentityChoice {
  return {
    identities,
    refused,
    choose: async (id, signal) => {
      const chosen = identities.find((each) => each.id === id);
      if (chosen === undefined) return withoutIdentity(asked);
      const identified = await become(asked, chosen, signal);
      return identified ?? { kind: 'choice', choice: choiceOf(asked, identities, chosen) };
    },
  };
}

/** Makes the token stand for one of the person's identities. Undefined when the server refuses this identity. */
async function become(
  asked: Asked,
  { id, name }: IdentityOption,
  signal: AbortSignal,
): Promise<IdentifyResult | undefined> {
  const { http, grant, claims } = asked;
  const active = await setActive(http, grant, id, signal);
  if (active === 'refused') return undefined;
  if (active === 'unknown') return withoutIdentity(asked);
  const answer = await sendWithin(http, SECOND_USERINFO_LIMIT_MS, userinfo(grant), signal);
  const fresh = readUserInfo(answer);
  const person = fresh && personOf(fresh);
  if (person?.bap !== undefined) return { kind: 'identified', person, grant };
  // Userinfo of this server does not follow the active identity. The server has confirmed that it is the person's.
  if (!looksLikeBapId(id)) return withoutIdentity(asked);
  const own = { ...claims, bap_id: id, pubkey: undefined, bap: undefined };
  return { kind: 'identified', person: personOf(own, name === id ? undefined : name), grant };
}

function withoutIdentity({ claims, grant }: Asked): Extract<IdentifyResult, { kind: 'identified' }> {
  return { kind: 'identified', person: personOf(claims), grant };
}
