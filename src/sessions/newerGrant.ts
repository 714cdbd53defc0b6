import type { Grant } from '../services/service.ts';
import { asLive, type LiveSession } from './sessionRecord.ts';
import type { SessionStore } from './sessionStore.ts';
import { afterRenewal } from './sessionVersion.ts';

/**
 * The session as it is now. Undefined when the person has signed out, or signed in again, since `asked` was read.
 * What this window has not heard of yet wins when the store saves.
 */
export function stillCurrent(store: SessionStore, asked: LiveSession): LiveSession | undefined {
  const now = store.live(asked.id);
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
