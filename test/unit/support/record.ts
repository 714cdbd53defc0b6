import type { SessionRecord } from '../../../src/sessions/sessionRecord.ts';
import { START_MS } from './fakeClock.ts';

/** A session as it is kept at the start of a test, with what a test wants different. */
export function recordOf(id: string, different: Partial<SessionRecord> = {}): SessionRecord {
  return {
    version: 1,
    id,
    provider: 'sigma-identity',
    server: 'https://auth.example',
    accessToken: `token of ${id}`,
    scopes: ['profile', 'openid'],
    person: { accountId: 'bap-1', accountLabel: 'Ann (bap-1)', subject: 'user-1', name: 'Ann' },
    createdAtMs: 1_000,
    writtenAtMs: START_MS,
    ...different,
  };
}
