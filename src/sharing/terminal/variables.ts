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

export type TerminalService = Pick<IdentityService, 'id' | 'label' | 'tokenVariable'>;

/** Variables that say who the user is. */
export const IDENTITY_VARIABLES = ['BAP_ID', 'BAP_PUBKEY'];

/** The names of the variables that can hold a secret. */
export function tokenVariables(services: readonly TerminalService[]): string[] {
  return services.flatMap(({ tokenVariable }) => tokenVariable ?? []);
}

/** What decides about tokens, apart from the setting. */
export interface TokenRules {
  /** All services, in the order in which the user is asked. */
  readonly services: readonly TerminalService[];
  /** What the user has answered for the session with this id. Undefined while they have not. */
  readonly answer: (id: string) => boolean | undefined;
  /** Adom's CLI has its own token here, which a variable would override. */
  readonly adomHasToken: boolean;
}

/** What new terminals get. Variables that are absent must be removed. */
export interface TerminalVariables {
  readonly values: Readonly<Record<string, string>>;
  /** The labels of the services whose tokens are among the values. */
  readonly tokensOf: readonly string[];
  /** When the values become stale, in milliseconds of the wall clock. Infinity: never. */
  readonly untilMs: number;
  /** Sessions whose tokens the setting wants, and for which the user has not answered. One per account. */
  readonly unanswered: readonly LiveSession[];
}

/**
 * The BAP identity of the latest sign-in and, for each service that the setting names, the token of one account: the
 * account of BAP_ID, or the latest. The setting only says what is wanted: a token needs the user's consent for its
 * account. `records`: the usable sessions.
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
    // An account has one session per set of scopes. One answer holds for all of them.
    const ofOwner = ofService.filter((session) => sameAccount(session, owner));
    const allowed = ofOwner.find(({ id }) => answer(id) === true);
    if (allowed === undefined) {
      if (!ofOwner.some(({ id }) => answer(id) === false)) unanswered.push(owner);
      continue;
    }
    untilMs = Math.min(untilMs, overAtMs(allowed));
    // VS Code resolves `${…}` in a value, so this rejects characters that RFC 6750 does not allow in a token.
    const token = z.safeParse(bearerToken, allowed.grant.accessToken).data;
    if (token === undefined) continue;
    values[tokenVariable] = token;
    tokensOf.push(label);
  }
  return { values, tokensOf, untilMs, unanswered };
}
