import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld } from '../support/sessionWorld.ts';

describe('a sign-out while a sign-in to the same session is being stored', () => {
  for (const who of ['the same window', 'the other window'])
    it(`in ${who}: the new grant is kept as a session, or it is revoked`, async () => {
      const world = new SessionWorld();
      world.have('a', world.service.grant());
      const [one, two] = [await world.ready(), await world.ready()];
      [world.storage.readMs, world.storage.writeMs] = [20, 1_000];
      const keeping = world.signIn(one, world.service.grant());
      await world.clock.advance(500);
      const leaving = (who === 'the same window' ? one : two).sessions.signOut('a');
      const kept = await world.clock.run(keeping);
      await world.clock.run(leaving);
      await world.quiet();
      const isListed = (await world.sessionsOf(one)).some((each) => each.endsWith('access 2'));
      if (who === 'the same window') assert.ok(isListed, 'the sign-in ends later, and is not kept');
      assert.ok(isListed || !world.service.accepts('access 2'), `${kept.grant.accessToken} is left alive`);
    });
});
