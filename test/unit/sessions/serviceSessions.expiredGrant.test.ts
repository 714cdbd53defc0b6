import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const HOUR_MS = 3_600_000;

/** The session `a` has expired by a clock that is eight hours ahead. It still has its grant `access 1`. */
async function expired(): Promise<{ world: SessionWorld; one: Window }> {
  const world = new SessionWorld();
  world.have('a', world.service.grant({ lifeMs: 6 * HOUR_MS }));
  world.have('b', world.service.grant(), { scopes: ['email'] });
  const one = await world.ready();
  world.clock.jump(8 * HOUR_MS);
  assert.deepEqual(await world.sessionsOf(one), ['b: access 2']);
  return { world, one };
}

describe('the grant that an expired session still has', () => {
  it('is revoked when a new sign-in replaces it', async () => {
    const { world, one } = await expired();
    await world.clock.run(world.signIn(one, world.service.grant()));
    await world.clock.advance(2 * HOUR_MS);
    assert.deepEqual(world.service.asked, ['revoke access 1']);
  });

  it('is revoked when the user signs out of the last session of the account', async () => {
    const { world, one } = await expired();
    await world.clock.run(one.sessions.signOut('b'));
    await world.clock.advance(2 * HOUR_MS);
    assert.deepEqual([...world.service.asked].sort(), ['revoke access 1', 'revoke access 2']);
  });
});
