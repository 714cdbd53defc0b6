import type { Sessions } from '../sessions/sessions.ts';
import { isOver } from '../sessions/expiry.ts';
import type { LiveSession, SessionRecord } from '../sessions/record.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';

/** A session, without anything that tells whose it is. Times are in milliseconds. */
export interface SessionFacts {
  /** `waits`: it is over, and waits for a new access token. */
  readonly state: 'usable' | 'over' | 'waits';
  /** Since the person signed in. */
  readonly signedInForMs: number;
  /** Since its access token came. */
  readonly tokenForMs: number;
  /** Until its end; negative after it. Absent without a known end. */
  readonly endsInMs?: number;
  readonly isRenewable: boolean;
}

/** The sessions of one service. */
export interface SessionsFacts {
  /** Those of the server in the settings. */
  readonly configured: readonly SessionFacts[];
  /** How many are of other servers. */
  readonly dormant: number;
  /** How many ended in the last 30 days. */
  readonly expired: number;
  readonly rejected: number;
}

/** The sessions of one service as they are in memory. */
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

/** What no report may hold: all texts that tell who somebody is, and all tokens. */
export function personalTexts({ store }: Pick<Sessions, 'store'>): string[] {
  return store.records().flatMap((record) => [record.id, ...textsOf(record)]);
}

function textsOf(record: SessionRecord): string[] {
  if (record.state === 'removed') return [];
  const grant = record.state === 'live' ? record.grant : record.expired?.grant;
  return [...textsIn(record.person), ...textsIn([grant?.accessToken, grant?.refreshToken])];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
