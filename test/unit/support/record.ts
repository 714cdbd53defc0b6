import {
  type EndedSession,
  FIRST_VERSION,
  type LiveSession,
  type RemovedSession,
} from '../../../src/sessions/record.ts';
import { START_MS } from './fakeClock.ts';

/** A live session as it is stored at the start of a test. `different` replaces members of it. */
export function recordOf(id: string, different: Partial<LiveSession> = {}): LiveSession {
  return {
    format: 1,
    id,
    version: FIRST_VERSION,
    state: 'live',
    serviceId: 'sigma-identity',
    server: 'https://auth.example',
    scopes: ['profile', 'openid'],
    person: { accountId: 'bap-1', accountLabel: 'Ann (bap-1)', subject: 'user-1', name: 'Ann' },
    signedInAtMs: 1_000,
    grant: { server: 'https://auth.example', accessToken: `token of ${id}` },
    grantedAtMs: START_MS,
    ...different,
  };
}

/** The same session after its end. */
export function endedOf(id: string, different: Partial<EndedSession> = {}): EndedSession {
  const { grant, grantedAtMs, ...rest } = recordOf(id);
  return { ...rest, state: 'ended', reason: 'expired', endedAtMs: START_MS, ...different };
}

/** The mark that the same session leaves after a sign-out. */
export function removedOf(id: string, different: Partial<RemovedSession> = {}): RemovedSession {
  return { format: 1, id, version: FIRST_VERSION, state: 'removed', ...different };
}
