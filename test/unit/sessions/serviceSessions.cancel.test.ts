import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld } from '../support/sessionWorld.ts';

describe('a sign-in that is canceled', () => {
  it('ends at once even if the storage does not answer a read', async () => {
    const world = new SessionWorld();
    const one = await world.ready();
    world.storage.hangs = true;
    const cancel = new AbortController();
    const canceled = new Error('canceled');
    world.clock.at(1_000, () => {
      cancel.abort(canceled);
    });
    const keeping = world.signIn(one, world.service.grant(), undefined, undefined, cancel.signal);
    await assert.rejects(world.clock.run(keeping), (error) => error === canceled);
    assert.equal(world.clock.ranMs, 1_000);
  });
});
