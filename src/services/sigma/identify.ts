import type { Http } from '../../http/send.ts';
import type { Contact } from '../../oauth/judge.ts';
import { failed } from '../../oauth/failure.ts';
import { askAboutNewGrant } from '../newGrant.ts';
import { provisionalPerson } from '../person.ts';
import type { Grant, IdentifyResult } from '../service.ts';
import { activate, choiceOf, type ClaimedGrant, withoutIdentity } from './choice.ts';
import { listIdentityOptions, setActive } from './organizations.ts';
import { askUserInfo, personOf } from './userinfo.ts';

/** For a step that the sign-in does not depend on. */
const BEST_EFFORT_LIMIT_MS = 6_000;

/**
 * Finds the BAP identity of a new token. The token is a session token of better-auth, which may stand for no identity
 * until the client sets one. Only userinfo can fail a sign-in, by a no of its own. The list of identities is best effort,
 * and delays the sign-in by at most 8 seconds. Rejects only with `signal.reason`.
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
  await setActive(http, grant, person.bap.bapId, BEST_EFFORT_LIMIT_MS, signal);
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
  const identities = [only, ...others];
  return others.length > 0
    ? choiceOf(claimed, identities)
    : await activate(claimed, identities, only, signal);
}
