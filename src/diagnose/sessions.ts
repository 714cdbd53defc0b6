import * as vscode from 'vscode';

import { isOver } from '../sessions/expiry.ts';
import type { LiveSession } from '../sessions/record.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';
import { bullet, duration } from './markdown.ts';

/** One session, without anything that identifies its owner. Times are in milliseconds. */
export interface SessionFacts {
  /** `waits`: the access token has expired and will be renewed. */
  readonly state: 'usable' | 'over' | 'waits';
  /** Since the user signed in. */
  readonly signedInForMs: number;
  /** Since its access token was granted. */
  readonly tokenForMs: number;
  /** Until it expires, negative afterwards. Absent when that is not known. */
  readonly endsInMs?: number;
  readonly isRenewable: boolean;
}

/** The sessions of one service. */
export interface SessionsFacts {
  /** At the server in the settings. */
  readonly configured: readonly SessionFacts[];
  /** How many are at other servers. */
  readonly dormant: number;
  /** How many ended in the last 30 days. */
  readonly expired: number;
  readonly rejected: number;
}

export function sessionsFacts({ records }: ServiceSessions, nowMs: number): SessionsFacts {
  const ended = records.ended();
  const expired = ended.filter(({ reason }) => reason === 'expired').length;
  return {
    configured: records.configured().map((record) => sessionFacts(record, nowMs)),
    dormant: records.dormant().length,
    expired,
    rejected: ended.length - expired,
  };
}

function sessionFacts(record: LiveSession, nowMs: number): SessionFacts {
  const { signedInAtMs, grantedAtMs, grant } = record;
  const isRenewable = grant.refreshToken !== undefined;
  const over = isRenewable ? 'waits' : 'over';
  return {
    state: isOver(record, nowMs) ? over : 'usable',
    signedInForMs: nowMs - signedInAtMs,
    tokenForMs: nowMs - grantedAtMs,
    ...(grant.expiresAtMs !== undefined && { endsInMs: grant.expiresAtMs - nowMs }),
    isRenewable,
  };
}

export function sessionLines(
  { configured, dormant, expired, rejected }: SessionsFacts,
  language: string,
): string[] {
  const counts: [number, string][] = [
    [
      configured.length,
      vscode.l10n.t({
        message: '{0} in use',
        args: [configured.length],
        comment: '{0}: a number of sessions',
      }),
    ],
    [
      dormant,
      vscode.l10n.t({
        message: '{0} on other servers',
        args: [dormant],
        comment: '{0}: a number of sessions',
      }),
    ],
    [
      expired,
      vscode.l10n.t({ message: '{0} expired', args: [expired], comment: '{0}: a number of sessions' }),
    ],
    [
      rejected,
      vscode.l10n.t({
        message: '{0} rejected by the service',
        args: [rejected],
        comment: '{0}: a number of sessions',
      }),
    ],
  ];
  const parts = counts.filter(([count]) => count > 0).map(([, text]) => text);
  return [
    bullet(
      vscode.l10n.t('Sessions'),
      parts.join(', ') || vscode.l10n.t({ message: 'none', comment: 'no sessions' }),
    ),
    ...configured.map((session) => `  - ${sessionInWords(session, language)}`),
  ];
}

function sessionInWords(session: SessionFacts, language: string): string {
  const { state, signedInForMs, tokenForMs, endsInMs, isRenewable } = session;
  return [
    vscode.l10n.t('signed in {0} ago', duration(signedInForMs, language)),
    // Within a minute of the sign-in, it is the token of the sign-in itself.
    ...(signedInForMs - tokenForMs < 60_000
      ? []
      : [vscode.l10n.t('its token is {0} old', duration(tokenForMs, language))]),
    endInWords(endsInMs, language),
    ...(isRenewable ? [vscode.l10n.t('can be renewed')] : []),
    ...(state === 'waits' ? [vscode.l10n.t('waiting for a new token')] : []),
  ].join(', ');
}

function endInWords(endsInMs: number | undefined, language: string): string {
  if (endsInMs === undefined) return vscode.l10n.t('expiration not known');
  const length = duration(endsInMs, language);
  return endsInMs > 0 ? vscode.l10n.t('expires in {0}', length) : vscode.l10n.t('expired {0} ago', length);
}
