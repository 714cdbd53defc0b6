import { repeatWithin, retryAfterMs } from '../../http/retry.ts';
import type { Http } from '../../http/send.ts';
import { failed } from '../../oauth/failure.ts';
import { looksLikeBapId } from '../bap.ts';
import { type Person, provisionalPerson } from '../person.ts';
import { NEVER } from '../../base/timeLimit.ts';
import type { Grant, IdentifyOptions, IdentifyResult, IdentityChoice, IdentityOption } from '../service.ts';
import { askAboutNewGrant, type OwnerAnswer } from '../tokenOwner.ts';
import { listIdentityOptions, type Patience, setActive } from './organizations.ts';
import { askUserInfo, personOf, type UserInfo } from './userinfo.ts';

/** For a step that the sign-in does not depend on. An OAuth token of better-auth is good for userinfo alone. */
const BEST_EFFORT: Patience = { limitMs: 6_000, acceptsNo: true };
/** The user is waiting: both limits add up to 20 seconds. better-auth can ask clients to wait for ten of them. */
const AS_CHOSEN: Patience = { limitMs: 13_000, acceptsNo: false };
const USERINFO_LIMIT_MS = 7_000;

/** A new token, and the claims that userinfo returned for it. They name no identity. */
interface ClaimedGrant {
  readonly http: Http;
  readonly grant: Grant;
  readonly claims: UserInfo;
}

type Identities = IdentityChoice['identities'];

/**
 * Finds the BAP identity of a new token. The token is a session token of better-auth, which may stand for no identity
 * until the client sets one. Only userinfo can fail a sign-in, by rejecting the token itself. The list of identities
 * delays the sign-in by at most 8 seconds; without it, the person is provisional. No answer brings a new token, so an
 * interruption ends it at once. Rejects only with the reason of a signal.
 */
export async function identify(
  http: Http,
  grant: Grant,
  canceled: AbortSignal,
  options: IdentifyOptions = {},
): Promise<IdentifyResult> {
  const signal = AbortSignal.any([canceled, options.interrupted ?? NEVER]);
  const ask = (): Promise<OwnerAnswer<UserInfo>> => askUserInfo(http, grant, signal);
  const asked = await askAboutNewGrant(http, ask, signal, options);
  if (asked.kind === 'rejected') return failed('grantRejected');
  if (asked.kind === 'unknown') return { kind: 'identified', person: provisionalPerson(), grant };
  const claims = asked.owner;
  const claimed: ClaimedGrant = { http, grant, claims };
  const person = personOf(claims);
  if (person.bap === undefined) return await findIdentity(claimed, signal);
  // Other servers that accept this token ask which identity is active, not userinfo.
  await setActive(http, grant, person.bap.bapId, BEST_EFFORT, signal);
  return { kind: 'identified', person, grant };
}

async function findIdentity(claimed: ClaimedGrant, signal: AbortSignal): Promise<IdentifyResult> {
  const { http, grant } = claimed;
  const listed = await listIdentityOptions(http, grant, signal);
  if (typeof listed === 'string') {
    http.log.info('The server does not say which BAP identities this account has.');
    const { person, ...identified } = withoutIdentity(claimed);
    return { ...identified, person: { ...person, ...(listed === 'unknown' && { provisional: 'identity' }) } };
  }
  const [only, ...others] = listed;
  if (only === undefined) return { ...withoutIdentity(claimed), hasNoBapIdentity: true };
  const identities = [only, ...others];
  return others.length > 0
    ? choiceOf(claimed, identities)
    : await activate(claimed, identities, only, signal);
}

/** Asks the user which identity to use. `failed`: the one that was tried before. */
function choiceOf(
  claimed: ClaimedGrant,
  identities: Identities,
  failed?: IdentityChoice['failed'],
): Extract<IdentifyResult, { kind: 'choice' }> {
  const choose: IdentityChoice['choose'] = async (id, signal) => {
    const chosen = identities.find((each) => each.id === id);
    return chosen === undefined
      ? withoutIdentity(claimed)
      : await activate(claimed, identities, chosen, signal);
  };
  return { kind: 'choice', choice: { identities, failed, choose } };
}

/**
 * Makes the token stand for one of the user's identities, within 20 seconds. If the service refuses it, or nothing
 * confirms it, the user chooses again or continues without one: they must not become someone else, or nobody, without
 * noticing. Rejects only with `signal.reason`.
 */
async function activate(
  claimed: ClaimedGrant,
  identities: Identities,
  chosen: IdentityOption,
  signal: AbortSignal,
): Promise<IdentifyResult> {
  const { http, grant } = claimed;
  const activated = await setActive(http, grant, chosen.id, AS_CHOSEN, signal);
  if (activated === 'refused') {
    http.log.info('The server refuses the identity.');
    return choiceOf(claimed, identities, { identity: chosen, reason: 'refused' });
  }
  const isActive = activated === 'active';
  const person = await confirmedPerson(claimed, { identities, chosen, isActive }, signal);
  if (person !== undefined) return { kind: 'identified', person, grant };
  http.log.warn('The identity could not be confirmed.');
  return choiceOf(claimed, identities, { identity: chosen, reason: 'unconfirmed' });
}

function withoutIdentity({ claims, grant }: ClaimedGrant): Extract<IdentifyResult, { kind: 'identified' }> {
  return { kind: 'identified', person: personOf(claims), grant };
}

interface Activated {
  readonly identities: Identities;
  readonly chosen: IdentityOption;
  /** The server has confirmed that the chosen identity is active now. */
  readonly isActive: boolean;
}

/**
 * The user as the chosen identity. Undefined if neither set-active nor userinfo confirms it, or if userinfo says
 * something else.
 */
async function confirmedPerson(
  claimed: ClaimedGrant,
  activated: Activated,
  signal: AbortSignal,
): Promise<Person | undefined> {
  const answer = await askAgain(claimed, activated, signal);
  if (answer === 'contradiction') return undefined;
  if (answer?.bap !== undefined) return answer;
  const { chosen, isActive } = activated;
  // This server's userinfo does not follow the active identity, or does not answer, but set-active has confirmed it.
  if (!isActive || !looksLikeBapId(chosen.id)) return undefined;
  const completed = { ...claimed.claims, bap_id: chosen.id, pubkey: undefined, bap: undefined };
  return personOf(completed, chosen.name === chosen.id ? undefined : chosen.name);
}

/**
 * Asks userinfo until it names the chosen identity or none. `contradiction`: it keeps naming another identity or
 * another user. Undefined if it does not say.
 */
async function askAgain(
  { http, grant, claims }: ClaimedGrant,
  activated: Activated,
  signal: AbortSignal,
): Promise<Person | 'contradiction' | undefined> {
  let unsettled: 'contradiction' | undefined;
  const settled = await repeatWithin<Person>(http.clock, USERINFO_LIMIT_MS, signal, async (limited) => {
    const { answer, outcome } = await askUserInfo(http, grant, limited);
    if (answer.kind === 'owner') {
      const person = personOf(answer.owner);
      const isSameUser = answer.owner.sub === claims.sub;
      if (isSameUser && mayBeChosen(person, activated)) return { kind: 'done', result: person };
      http.log.warn(`userinfo: the answer is about another ${isSameUser ? 'identity' : 'user'}.`);
      unsettled = 'contradiction';
    }
    return { kind: 'again', waitMs: retryAfterMs(outcome, http.clock.now()) };
  });
  return settled ?? unsettled;
}

function mayBeChosen({ bap }: Person, { identities, chosen, isActive }: Activated): boolean {
  if (bap === undefined || bap.bapId === chosen.id) return true;
  // An older organization has an ID of better-auth's, so only userinfo knows its BAP ID.
  const isUnlisted = identities.every(({ id }) => id !== bap.bapId);
  return isActive && !looksLikeBapId(chosen.id) && isUnlisted;
}
