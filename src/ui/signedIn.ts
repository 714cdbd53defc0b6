import type { Clock } from '../base/clock.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';
import { isOver } from '../sessions/sessionEnd.ts';
import type { SessionRecord } from '../sessions/sessionRecord.ts';
import type { SessionStore } from '../sessions/sessionStore.ts';

/** Who is signed in, with whatever service. Never uses the network. */
export interface SignedIn {
  /** Reads what is stored, once. Throws a StoreError when it cannot be read. */
  readonly load: () => Promise<void>;
  /** The sessions that have not reached their end, from memory: none before `load`. Every record holds tokens. */
  readonly records: () => SessionRecord[];
}

export function signedInWith(
  { sessions, store }: { readonly sessions: readonly ServiceSessions[]; readonly store: SessionStore },
  clock: Clock,
): SignedIn {
  return {
    load: () => store.load(),
    records: () => sessions.flatMap((each) => each.known()).filter((each) => !isOver(each, clock.now())),
  };
}
