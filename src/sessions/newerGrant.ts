import type { Grant } from '../services/service.ts';
import type { LiveSession } from './sessionRecord.ts';
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
 * Keeps a newer grant under the id of its session: in memory before this returns, so that callers need not wait for
 * the storage. Gives false when another version has won and the grant must be revoked. Never rejects.
 */
export async function keepNewerGrant(
  store: SessionStore,
  record: LiveSession,
  grant: Grant,
  nowMs: number,
): Promise<boolean> {
  const { accessTokenRejected, ...lasting } = record;
  const version = afterRenewal(record.version);
  try {
    const isStored = await store.replace({ ...lasting, version, grant, grantedAtMs: nowMs });
    // If a sign-out wins, the sessions revoke the grant, because they have seen it.
    return isStored || store.get(record.id)?.state === 'removed';
  } catch {
    return true; // it is in memory, and the store goes on trying
  }
}
