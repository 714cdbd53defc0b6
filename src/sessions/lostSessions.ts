import type { Claims } from './windowLocks.ts';
import type { KnownSession, KnownSessions } from './sessionIndex.ts';
import type { SessionStore } from './sessionStore.ts';
import type { SessionNotices } from './sessionNotices.ts';

/** Windows that open together find the same sessions gone. */
const ONE_MESSAGE_MS = 60_000;

/**
 * Keeps account of the sessions there are, and tells the person when some that should be there at the start are gone:
 * the system has no keyring, or VS Code could not read it. Call once, at activation; never rejects.
 */
export async function watchForLostSessions(
  providers: readonly string[],
  store: SessionStore,
  known: KnownSessions,
  claims: Claims,
  notices: SessionNotices,
): Promise<void> {
  const before = known.read();
  const live = (): KnownSession[] => providers.flatMap((provider) => store.list(provider));
  // What cannot be noted now is noted with the next change.
  const note = (): Promise<void> => known.write(live()).catch(() => undefined);
  store.onDidChange(() => void note()); // also where storage can be read only later
  try {
    await store.load();
  } catch {
    return; // it cannot be read now, which says nothing
  }
  await note();
  const there = new Set(
    providers.flatMap((id) => [...store.list(id), ...store.listEnded(id)]).map(({ id }) => id),
  );
  const gone = before.filter(({ id }) => !there.has(id));
  for (const lost of Map.groupBy(gone, ({ provider }) => provider).values()) {
    const ids = lost.map(({ id }) => id).join();
    if (await claims.take(`lost ${ids}`, ONE_MESSAGE_MS)) notices.lost(lost);
  }
}
