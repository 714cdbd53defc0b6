import assert from 'node:assert/strict';
import { it } from 'node:test';

import { SessionWorld } from '../support/sessionWorld.ts';

for (const lifeMs of [undefined, 86_400_000])
  it(`a session is rejected once its refresh token is also rejected, and stays ended (${lifeMs ?? 'no'} ms)`, async () => {
    const world = new SessionWorld();
    const { service } = world;
    const grant = service.grant({ refreshable: true, ...(lifeMs !== undefined && { lifeMs }) });
    world.have('a', grant, { accessTokenRejected: true });
    service.reject(grant.accessToken, grant.refreshToken);
    const window = await world.ready();
    for (const round of ['first', 'second', 'third'])
      assert.deepEqual(await world.sessionsOf(window), [], `the ${round} time`);
    await world.quiet();
    const stored = world.stored('a');
    assert.ok(stored?.state === 'ended' && stored.reason === 'rejected');
    assert.equal(stored.expired, undefined, 'its grant is not kept');
    assert.deepEqual(world.notices(), ['rejected a']);
  });
