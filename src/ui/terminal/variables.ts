import * as z from 'zod/mini';

import { newestFirst } from '../../sessions/accounts.ts';
import { overAtMs } from '../../sessions/sessionEnd.ts';
import type { LiveSession } from '../../sessions/sessionRecord.ts';

/** The values of the setting `bapIdentity.terminal.environment`. */
export const TerminalMode = z.literal(['off', 'identity', 'identityAndAdomToken']);
export type TerminalMode = z.infer<typeof TerminalMode>;

export const variableNames = ['BAP_ID', 'BAP_PUBKEY', 'ADOMPKG_TOKEN'] as const;

/** What a new terminal gets. What is absent must not be in it. */
export interface TerminalVariables {
  readonly values: Readonly<Partial<Record<(typeof variableNames)[number], string>>>;
  /** When they stop being right, in milliseconds of the wall clock. Infinity: never. */
  readonly untilMs?: number;
}

/**
 * The BAP identity that was signed in last, and the token of the newest Adom session. `records`: the sessions that
 * can be used. No other service's token ever goes in.
 */
export function terminalVariables(mode: TerminalMode, records: readonly LiveSession[]): TerminalVariables {
  if (mode === 'off') return { values: {} };
  const sessions = newestFirst(records);
  const bap = sessions.find(({ person }) => person.bap !== undefined)?.person.bap;
  const identity = {
    ...(bap !== undefined && { BAP_ID: bap.bapId }),
    ...(bap?.pubkey !== undefined && { BAP_PUBKEY: bap.pubkey }),
  };
  const adom = sessions.find(({ serviceId }) => serviceId === 'adom');
  if (mode === 'identity' || adom === undefined) return { values: identity };
  return {
    values: { ...identity, ADOMPKG_TOKEN: adom.grant.accessToken },
    untilMs: overAtMs(adom),
  };
}
