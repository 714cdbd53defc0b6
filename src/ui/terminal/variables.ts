import type { SessionRecord } from '../../sessions/sessionRecord.ts';

/** The values of the setting `bapIdentity.terminal.environment`. */
export type TerminalMode = 'off' | 'identity' | 'identityAndAdomToken';

export const variableNames = ['BAP_ID', 'BAP_PUBKEY', 'ADOMPKG_TOKEN'] as const;

/** What a new terminal gets. What is absent must not be in it. */
export interface TerminalVariables {
  readonly values: Readonly<Partial<Record<(typeof variableNames)[number], string>>>;
  /** When they are to be looked at again, in milliseconds of the wall clock. */
  readonly untilMs?: number;
}

/**
 * The BAP identity that was signed in last, and the token of the newest Adom session that has not ended. No other
 * service's token ever goes in.
 */
export function terminalVariables(
  mode: TerminalMode,
  records: readonly SessionRecord[],
  nowMs: number,
): TerminalVariables {
  if (mode === 'off') return { values: {} };
  const newestFirst = [...records].sort((a, b) => b.createdAtMs - a.createdAtMs);
  const bap = newestFirst.find(({ person }) => person.bap !== undefined)?.person.bap;
  const identity = {
    ...(bap !== undefined && { BAP_ID: bap.bapId }),
    ...(bap?.pubkey !== undefined && { BAP_PUBKEY: bap.pubkey }),
  };
  const adom = newestFirst.find(
    ({ provider, expiresAtMs = Infinity }) => provider === 'adom' && expiresAtMs > nowMs,
  );
  if (mode === 'identity' || adom === undefined) return { values: identity };
  return {
    values: { ...identity, ADOMPKG_TOKEN: adom.accessToken },
    ...(adom.expiresAtMs !== undefined && { untilMs: adom.expiresAtMs }),
  };
}
