import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER, withTimeLimit } from '../base/timeLimit.ts';
import type { Grant, IdentityService, RevokeResult } from '../services/service.ts';
import { afterRenewal, asLive, isLive, type LiveSession, type SessionRecord } from './record.ts';
import type { SessionStore } from './store.ts';

/** Returns the grant of a live session, or of one that expired less than an hour ago. */
export function grantOf(record: SessionRecord | undefined): Grant | undefined {
  if (isLive(record)) return record.grant;
  return record?.state === 'ended' ? record.expired?.grant : undefined;
}

/**
 * Returns the session as it is now, or undefined when it has another grant or is gone since `asked` was read. A change
 * that this window does not know yet wins when the store saves.
 */
export function stillCurrent(store: SessionStore, asked: LiveSession): LiveSession | undefined {
  const now = store.liveSession(asked.id);
  return now?.grant.accessToken === asked.grant.accessToken ? now : undefined;
}

/** A newer grant that a service gave for a session. */
export interface NewerGrant {
  readonly grant: Grant;
  /** The id of the session that has it. Undefined when the session had another grant, or was gone, by then. */
  readonly sessionId: string | undefined;
}

/**
 * Publishes the newer grant that the service gave for `asked`, under the id of its session. Call it within
 * `store.whileGranting`, which stores it; then ask `isKept`.
 */
export function publishNewerGrant(
  store: SessionStore,
  asked: LiveSession,
  grant: Grant,
  nowMs: number,
): NewerGrant {
  const current = stillCurrent(store, asked) ?? expiredMeanwhile(store, asked);
  if (current !== undefined) {
    const { accessTokenRejected, ...lasting } = current;
    store.publish({ ...lasting, version: afterRenewal(current.version), grant, grantedAtMs: nowMs });
  }
  return { grant, sessionId: current?.id };
}

/**
 * False when another version of the session has won, so that the grant must be revoked. If a sign-out has won, the
 * sessions have seen the grant, and revoke it.
 */
export function isKept(store: SessionStore, { grant, sessionId }: NewerGrant): boolean {
  if (sessionId === undefined) return false;
  const now = store.get(sessionId);
  return now?.state === 'removed' || grantOf(now)?.accessToken === grant.accessToken;
}

/** A session that was taken for expired during the request. The answer shows that the service still knows it. */
function expiredMeanwhile(store: SessionStore, asked: LiveSession): LiveSession | undefined {
  const now = store.get(asked.id);
  const before = now?.state === 'ended' ? asLive(now) : undefined;
  return before?.grant.accessToken === asked.grant.accessToken ? before : undefined;
}

const REVOKE_LIMIT_MS = 5_000;

/** Asks the service once to end a grant. A signal that aborts counts as no answer. Never rejects. */
export async function tryToRevoke(
  service: IdentityService,
  grant: Grant,
  limitMs: number,
  signal: AbortSignal,
  { clock, log }: Runtime,
): Promise<RevokeResult['kind']> {
  const { label } = service;
  try {
    const { kind } = await withTimeLimit(clock, limitMs, signal, (limited) => service.revoke(grant, limited));
    if (kind === 'ended') log.info(`${label} has ended the session.`);
    else if (kind === 'refused') log.warn(`${label} does not end the session when it is asked from here.`);
    else log.warn(`${label} does not answer, so it still knows the session.`);
    return kind;
  } catch (error) {
    if (!signal.aborted)
      log.warn(`${label} could not be asked in time to end the session: ${describeError(error)}.`);
    return 'unanswered';
  }
}

/**
 * Asks the service once, in the background, to end a grant that no session has taken: one that a renewal or a rotation
 * has brought, or one that has expired. For what the user has given up, see `Revocations`.
 */
export function revokeInBackground(service: IdentityService, grant: Grant, runtime: Runtime): void {
  void tryToRevoke(service, grant, REVOKE_LIMIT_MS, NEVER, runtime);
}
