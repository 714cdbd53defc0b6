import * as z from 'zod/mini';

import { bearerToken } from '../../http/schema.ts';
import type { IdentityService } from '../../services/service.ts';
import { newestFirst, sameAccount } from '../../sessions/accounts.ts';
import { overAtMs } from '../../sessions/expiry.ts';
import type { LiveSession } from '../../sessions/record.ts';

/** The values of the setting `bapIdentity.terminal.environment`. */
export type TerminalMode = 'off' | 'identity' | 'identityAndAdomToken' | 'identityAndTokens';

/** True when the setting wants tokens of this service in terminals. */
export function wantsToken(mode: TerminalMode, serviceId: string): boolean {
  return mode === 'identityAndTokens' || (mode === 'identityAndAdomToken' && serviceId === 'adom');
}

/** What of a service is used here. */
export type TerminalService = Pick<IdentityService, 'id' | 'label' | 'tokenVariable'>;

/** All names that a terminal can get, so that what is not in it can be removed. */
export function variableNames(services: readonly TerminalService[]): string[] {
  return ['BAP_ID', 'BAP_PUBKEY', ...services.flatMap(({ tokenVariable }) => tokenVariable ?? [])];
}

/** What decides about tokens beside the setting. */
export interface TokenRules {
  /** All services, in the order in which the person is asked. */
  readonly services: readonly TerminalService[];
  /** What the person has answered for the session with this id. Undefined before they have. */
  readonly answer: (id: string) => boolean | undefined;
  /** The CLI of Adom has a token of its own here, which a variable would hide. */
  readonly adomHasToken: boolean;
}

/** What a new terminal gets. What is absent must not be in it. */
export interface TerminalVariables {
  readonly values: Readonly<Record<string, string>>;
  /** The names of the services whose tokens are in it. */
  readonly tokensOf: readonly string[];
  /** When they stop being right, in milliseconds of the wall clock. Infinity: never. */
  readonly untilMs: number;
  /** The sessions whose tokens the setting wants, and for which the person has not answered. One for each account. */
  readonly unanswered: readonly LiveSession[];
}

/**
 * The BAP identity that was signed in last, and for each service that the setting names the token of one account: that
 * of BAP_ID, or the newest. The setting only says what is wanted. A token goes in when the person has answered yes for
 * its account. `records`: the sessions that can be used.
 */
export function terminalVariables(
  mode: TerminalMode,
  records: readonly LiveSession[],
  { services, answer, adomHasToken }: TokenRules,
): TerminalVariables {
  if (mode === 'off') return { values: {}, tokensOf: [], untilMs: Infinity, unanswered: [] };
  const sessions = newestFirst(records);
  const named = sessions.find(({ person }) => person.bap !== undefined);
  const { bapId, pubkey } = named?.person.bap ?? {};
  const values: Record<string, string> = {
    ...(bapId !== undefined && { BAP_ID: bapId }),
    ...(pubkey !== undefined && { BAP_PUBKEY: pubkey }),
  };
  const tokensOf: string[] = [];
  const unanswered: LiveSession[] = [];
  let untilMs = Infinity;
  for (const { id: serviceId, label, tokenVariable } of services) {
    if (tokenVariable === undefined || !wantsToken(mode, serviceId)) continue;
    if (serviceId === 'adom' && adomHasToken) continue;
    const ofService = sessions.filter((session) => session.serviceId === serviceId);
    const owner = named?.serviceId === serviceId ? named : ofService[0];
    if (owner === undefined) continue;
    // An account has a session for each set of scopes. One answer is enough for all of them.
    const ofOwner = ofService.filter((session) => sameAccount(session, owner));
    const allowed = ofOwner.find(({ id }) => answer(id) === true);
    if (allowed === undefined) {
      if (!ofOwner.some(({ id }) => answer(id) === false)) unanswered.push(owner);
      continue;
    }
    untilMs = Math.min(untilMs, overAtMs(allowed));
    // VS Code resolves `${…}` in a value, so nothing goes in that RFC 6750 does not allow in a token.
    const token = z.safeParse(bearerToken, allowed.grant.accessToken).data;
    if (token === undefined) continue;
    values[tokenVariable] = token;
    tokensOf.push(label);
  }
  return { values, tokensOf, untilMs, unanswered };
}
