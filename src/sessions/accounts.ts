import { safeText } from '../base/safeText.ts';
import { shortAddress } from '../http/address.ts';
import type { Person } from '../services/person.ts';
import type { LiveSession } from './record.ts';

/** What distinguishes accounts: the same id at two servers, or at two services, is two accounts. */
export interface AccountOf {
  readonly serviceId: string;
  /** As in `Grant.server`. */
  readonly server: string;
  readonly person: Pick<Person, 'accountId'>;
}

/** A text that is unique to one account, for lock names and maps. */
export function accountKey({ serviceId, server, person }: AccountOf): string {
  return JSON.stringify([serviceId, server, person.accountId]);
}

export function sameAccount(a: AccountOf, b: AccountOf): boolean {
  return accountKey(a) === accountKey(b);
}

/**
 * What distinguishes sessions: an account has one session for each set of scopes. It is the same for its whole life.
 */
export interface SessionOf extends AccountOf {
  readonly scopes: readonly string[];
}

/** A text that is unique to the session of one account with one set of scopes, for lock names. */
export function sessionKey(session: SessionOf): string {
  return `${accountKey(session)} ${scopeKey(session.scopes)}`;
}

/**
 * The user as VS Code knows them. VS Code stores consent by the account's label and removes accounts by id, so both
 * name the server unless it is the service's default: consent for one server does not hold for another. All other
 * labels end with the account's id, so no name can imitate this ending.
 */
export function qualifiedByServer(person: Person, server: string, defaultServer: string | undefined): Person {
  if (server === defaultServer) return person;
  const { accountId, accountLabel } = person;
  return {
    ...person,
    accountId: `${server} ${accountId}`,
    accountLabel: `${accountLabel} · ${safeText(shortAddress(server))}`,
  };
}

/** One account at one server of a service, with one session for each set of scopes. */
export interface Account {
  readonly serviceId: string;
  /** As in `Grant.server`. */
  readonly server: string;
  /** As in `session.account.id`. */
  readonly id: string;
  /** As in `session.account.label`. */
  readonly label: string;
  /** Oldest sign-in first, never empty. */
  readonly sessions: readonly [LiveSession, ...LiveSession[]];
}

/** Groups sessions by account. Accounts and their sessions keep the order of `sessions`. */
export function accountsOf(sessions: readonly LiveSession[]): Account[] {
  const groups = Map.groupBy(sessions, accountKey);
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { serviceId, server, person } = first;
    const { accountId: id, accountLabel: label } = person;
    return [{ serviceId, server, id, label, sessions: [first, ...others] } as const];
  });
}

/** Returns a copy sorted by sign-in, latest first. */
export function newestFirst(sessions: readonly LiveSession[]): LiveSession[] {
  return [...sessions].sort((a, b) => b.signedInAtMs - a.signedInAtMs);
}

/**
 * True when both name the same scopes, in any order. Callers keep their own order, because VS Code compares in order.
 */
export function sameScopes(a: readonly string[], b: readonly string[]): boolean {
  return scopeKey(a) === scopeKey(b);
}

/**
 * The scopes that were requested and not granted (RFC 6749 §3.3). None if the service does not say which it granted.
 */
export function missingScopes({ scopes, grant }: Pick<LiveSession, 'scopes' | 'grant'>): string[] {
  return scopes.filter((scope) => grant.scopes?.includes(scope) === false);
}

/** One text for one set of scopes. A scope holds no space (RFC 6749 §3.3). */
export function scopeKey(scopes: readonly string[]): string {
  return [...new Set(scopes)].sort().join(' ');
}
