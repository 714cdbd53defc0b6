import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER, withTimeLimit } from '../base/timeLimit.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import { afterRenewal, asLive, type LiveSession } from './record.ts';
import type { SessionStore } from './store.ts';

/**
 * The session as it is now. Undefined when the person has signed out, or signed in again, since `asked` was read.
 * What this window has not heard of yet wins when the store saves.
 */
export function stillCurrent(store: SessionStore, asked: LiveSession): LiveSession | undefined {
  const now = store.liveSession(asked.id);
  return now?.grant.accessToken === asked.grant.accessToken ? now : undefined;
}

/**
 * Keeps the newer grant that the service gave for `asked` under the id of its session: in memory before this returns,
 * so that callers need not wait for the storage. Gives false when another version has won and the grant must be
 * revoked. Never rejects.
 */
export async function keepNewerGrant(
  store: SessionStore,
  asked: LiveSession,
  grant: Grant,
  nowMs: number,
): Promise<boolean> {
  const current = stillCurrent(store, asked) ?? expiredMeanwhile(store, asked);
  if (current === undefined) return false;
  const { accessTokenRejected, ...lasting } = current;
  const version = afterRenewal(current.version);
  try {
    const isStored = await store.replace({ ...lasting, version, grant, grantedAtMs: nowMs });
    // If a sign-out wins, the sessions revoke the grant, because they have seen it.
    return isStored || store.get(current.id)?.state === 'removed';
  } catch {
    return true; // it is in memory, and the store goes on trying
  }
}

/** A session that was taken for expired while the service was asked. The answer shows that the service knows it. */
function expiredMeanwhile(store: SessionStore, asked: LiveSession): LiveSession | undefined {
  const now = store.get(asked.id);
  const before = now?.state === 'ended' ? asLive(now) : undefined;
  return before?.grant.accessToken === asked.grant.accessToken ? before : undefined;
}

const REVOKE_LIMIT_MS = 5_000;

/**
 * Asks the service in the background to end a grant that is no longer wanted. The grant is gone here whatever the
 * service answers, so no caller waits for it and no failure is shown.
 */
export function revokeInBackground(service: IdentityService, grant: Grant, { clock, log }: Runtime): void {
  withTimeLimit(clock, REVOKE_LIMIT_MS, NEVER, (signal) => service.revoke(grant, signal)).then(
    () => {
      log.info(`Asked ${service.label} to end the session.`);
    },
    (error: unknown) => {
      log.warn(`${service.label} could not be asked in time to end the session: ${describeError(error)}.`);
    },
  );
}
