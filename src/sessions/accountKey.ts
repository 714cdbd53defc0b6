import { safeText } from '../base/safeText.ts';
import type { Person } from '../services/person.ts';
import { shortAddress } from '../services/servers.ts';

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
export function atServer(person: Person, server: string, own: string | undefined): Person {
  if (server === own) return person;
  const { accountId, accountLabel } = person;
  return {
    ...person,
    accountId: `${server} ${accountId}`,
    accountLabel: `${accountLabel} · ${safeText(shortAddress(server))}`,
  };
}
