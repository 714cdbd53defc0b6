import assert from 'node:assert/strict';

import { NEVER } from '../../../src/base/timeLimit.ts';
import type { Grant, IdentifyResult } from '../../../src/services/service.ts';
import type { Reply } from './conversation.ts';
import { adomWorld, type World } from './serviceKit.ts';

export const GRANT: Grant = { server: 'https://adom.example', accessToken: 'tok_1', expiresAtMs: 7 };
export const USER = { id: 'usr_1', name: 'ann', display_name: 'Ann Example', email: 'ann@example.org' };

/** Identifies the grant. The setting names another server now: it must not get the token. */
export async function identify(
  replies: readonly Reply[],
): Promise<World & { readonly identified: IdentifyResult }> {
  const world = adomWorld(replies, { apiUrl: 'https://changed.example' });
  const identified = await world.clock.run(world.service.identify(GRANT, NEVER));
  assert.equal(world.clock.pending, 0, 'timers left over');
  world.conversation.assertOver();
  return { ...world, identified };
}
