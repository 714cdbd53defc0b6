import { safeText } from '../base/safeText.ts';
import { shortAddress } from '../http/address.ts';
import type { Person } from '../services/person.ts';
import type { LiveSession } from './record.ts';

/** What tells one account from another: the same id at two servers is two accounts, and so is it at two services. */
export interface AccountOf {
  readonly serviceId: string;
  /** As `Grant.server` has it. */
  readonly server: string;
  readonly person: Pick<Person, 'accountId'>;
}

/** A text that two accounts never share: for lock names and maps. */
export function accountKey({ serviceId, server, person }: AccountOf): string {
  return JSON.stringify([serviceId, server, person.accountId]);
}

export function sameAccount(a: AccountOf, b: AccountOf): boolean {
  return accountKey(a) === accountKey(b);
}

/**
 * The person as VS Code knows them. It keeps consent by the label and removes by the id, so both name the server when
 * it is not the service's own (`own`): consent for one server does not hold for another. Other labels end with the id
 * of the account, so no name can imitate this ending.
 */
export function qualifiedByServer(person: Person, server: string, own: string | undefined): Person {
  if (server === own) return person;
  const { accountId, accountLabel } = person;
  return {
    ...person,
    accountId: `${server} ${accountId}`,
    accountLabel: `${accountLabel} · ${safeText(shortAddress(server))}`,
  };
}

/** One account at one server of a service. It has one session for each set of scopes. */
export interface Account {
  readonly serviceId: string;
  /** As `Grant.server` has it. */
  readonly server: string;
  /** As `session.account.id` has it. */
  readonly id: string;
  /** As `session.account.label` has it. */
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

/** A sorted copy: the session with the latest sign-in comes first. */
export function newestFirst(sessions: readonly LiveSession[]): LiveSession[] {
  return [...sessions].sort((a, b) => b.signedInAtMs - a.signedInAtMs);
}

/**
 * True when both ask for the same scopes, in any order. VS Code compares scopes in order in places, so this sorts
 * copies only, never the arrays of callers.
 */
export function sameScopes(a: readonly string[], b: readonly string[]): boolean {
  return scopeKey(a) === scopeKey(b);
}

/** One text for one set of scopes. A scope holds no space (RFC 6749 §3.3). */
export function scopeKey(scopes: readonly string[]): string {
  return [...new Set(scopes)].sort().join(' ');
}
