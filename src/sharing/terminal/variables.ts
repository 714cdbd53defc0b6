import * as z from 'zod/mini';

import { bearerToken } from '../../http/schema.ts';
import { newestFirst, sameAccount } from '../../sessions/accounts.ts';
import { overAtMs } from '../../sessions/expiry.ts';
import type { LiveSession } from '../../sessions/record.ts';

/** The values of the setting `bapIdentity.terminal.environment`. */
export type TerminalMode = 'off' | 'identity' | 'identityAndAdomToken' | 'identityAndTokens';

export const variableNames = ['BAP_ID', 'BAP_PUBKEY', 'ADOMPKG_TOKEN', 'CLAWNET_TOKEN'] as const;
type Values = Readonly<Partial<Record<(typeof variableNames)[number], string>>>;

/** What decides about tokens beside the setting. */
export interface TokenRules {
  /** What the person has answered for the session with this id. Undefined before they were asked. */
  readonly answer: (id: string) => boolean | undefined;
  /** The command line of Adom has a token of its own here, which a variable would hide. */
  readonly adomHasToken: boolean;
}

/** What a new terminal gets. What is absent must not be in it. */
export interface TerminalVariables {
  readonly values: Values;
  /** When they stop being right, in milliseconds of the wall clock. Infinity: never. */
  readonly untilMs: number;
  /** The session whose token the setting hands out, if the person allows it. They were not asked yet. */
  readonly ask?: LiveSession;
}

/**
 * The BAP identity that was signed in last, the token of the newest Adom session, and that of the Sigma account that
 * BAP_ID names. No token goes in before the person has answered for the latter, or after they have refused it.
 * `records`: the sessions that can be used.
 */
export function terminalVariables(
  mode: TerminalMode,
  records: readonly LiveSession[],
  { answer, adomHasToken }: TokenRules,
): TerminalVariables {
  if (mode === 'off') return { values: {}, untilMs: Infinity };
  const sessions = newestFirst(records);
  const named = sessions.find(({ person }) => person.bap !== undefined);
  const { bapId, pubkey } = named?.person.bap ?? {};
  const identity = {
    ...(bapId !== undefined && { BAP_ID: bapId }),
    ...(pubkey !== undefined && { BAP_PUBKEY: pubkey }),
  };
  const withTokens = (ofAdom: LiveSession | undefined, ofSigma?: LiveSession): TerminalVariables => ({
    values: { ...identity, ...token('ADOMPKG_TOKEN', ofAdom), ...token('CLAWNET_TOKEN', ofSigma) },
    untilMs: Math.min(...[ofAdom, ofSigma].map((session) => (session ? overAtMs(session) : Infinity))),
  });
  if (mode === 'identity') return withTokens(undefined);
  const adom = adomHasToken ? undefined : sessions.find(({ serviceId }) => serviceId === 'adom');
  const isSigma = ({ serviceId }: LiveSession): boolean => serviceId === 'sigma-identity';
  const owner = named && isSigma(named) ? named : sessions.find(isSigma);
  if (mode === 'identityAndAdomToken' || owner === undefined) return withTokens(adom);
  // An account has a session for each set of scopes. One answer is enough for all of them.
  const ofOwner = sessions.filter((session) => sameAccount(session, owner));
  const allowed = ofOwner.find(({ id }) => answer(id) === true);
  if (allowed !== undefined) return withTokens(adom, allowed);
  const isRefused = ofOwner.some(({ id }) => answer(id) === false);
  return { ...withTokens(undefined), ...(!isRefused && { ask: owner }) };
}

/** VS Code resolves `${…}` in a value, so nothing goes in that RFC 6750 does not allow in a token. */
function token(name: keyof Values, session: LiveSession | undefined): Values {
  const { success, data } = z.safeParse(bearerToken, session?.grant.accessToken);
  return success ? { [name]: data } : {};
}
