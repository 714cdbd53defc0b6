import { accountKey } from './accountKey.ts';
import type { LiveSession } from './sessionRecord.ts';

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
