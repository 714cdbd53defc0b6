import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld } from '../support/sessionWorld.ts';

describe('a sign-out while a sign-in to the same session is being stored', () => {
  for (const [who, writeMs] of [
    ['the same window', 50],
    ['the same window', 1_000],
    ['the other window', 1_000],
  ] as const)
    it(`in ${who}: the new grant is kept as a session, or it is revoked (${writeMs} ms)`, async () => {
      const world = new SessionWorld();
      world.have('a', world.service.grant());
      const [one, two] = [await world.ready(), await world.ready()];
      [world.storage.readMs, world.storage.writeMs] = [0, writeMs];
      const keeping = world.signIn(one, world.service.grant());
      await world.clock.advance(writeMs / 2);
      const leaving = (who === 'the same window' ? one : two).sessions.signOut('a');
      const kept = await world.clock.run(keeping);
      await world.clock.run(leaving);
      await world.quiet();
      await world.clock.advance(60_000);
      const isListed = (await world.sessionsOf(one)).some((each) => each.endsWith('access 2'));
      if (who === 'the same window') assert.ok(isListed, 'the sign-in ends later, and is not kept');
      assert.equal(world.service.accepts('access 2'), isListed, kept.grant.accessToken);
    });
});
