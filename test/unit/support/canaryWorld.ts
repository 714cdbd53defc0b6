import type { LiveSession } from '../../../src/sessions/record.ts';
import { endedOf, removedOf } from './record.ts';
import { SessionWorld, type Window } from './sessionWorld.ts';

const HOUR_MS = 3_600_000;
const server = 'https://auth.example';

/** A person whose texts all contain a canary. */
const person: LiveSession['person'] = {
  accountId: 'canary id',
  accountLabel: 'canary label',
  subject: 'canary subject',
  name: 'canary name',
  email: 'canary@example.com',
  bap: { bapId: 'canary bap', pubkey: 'canary key', rootAddressProven: false },
};

/** A window with a session of each kind, and a canary in each text of each. */
export async function canaryWindow(): Promise<{ window: Window; nowMs: number }> {
  const world = new SessionWorld();
  const nowMs = world.clock.now();
  world.have(
    'canary-a',
    { server, accessToken: 'canary-access', refreshToken: 'canary-refresh', idToken: 'canary-id-token' },
    { person },
  );
  const ended = { server, accessToken: 'canary-old', expiresAtMs: nowMs - 1 };
  const over = { ...ended, refreshToken: 'canary-refresh-2', expiresAtMs: nowMs - HOUR_MS };
  world.service.offline = true;
  world.have('canary-b', over, { person, grantedAtMs: nowMs - 2 * HOUR_MS });
  const elsewhere = 'https://canary.example';
  world.have('canary-c', { server: elsewhere, accessToken: 'canary-other' }, { person, server: elsewhere });
  world.store(endedOf('canary-d', { person, expired: { grant: ended, grantedAtMs: nowMs - HOUR_MS } }));
  world.store(endedOf('canary-e', { person, reason: 'rejected' }));
  world.store(removedOf('canary-f'));
  return { window: await world.ready(), nowMs };
}
