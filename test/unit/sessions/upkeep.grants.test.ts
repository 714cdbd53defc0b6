import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A window with the session `a` for six hours. The clock is set eight hours ahead, and the session expires. */
async function expiredByWrongClock(focused: boolean): Promise<{ world: SessionWorld; one: Window }> {
  const world = new SessionWorld();
  world.have('a', world.service.grant({ lifeMs: 6 * HOUR_MS }));
  const one = await world.ready(focused);
  world.clock.jump(8 * HOUR_MS);
  assert.deepEqual(await world.sessionsOf(one), []);
  return { world, one };
}

/** True while the ended session still has its grant in storage. */
function hasGrant(world: SessionWorld): boolean {
  const record = world.stored('a');
  return record?.state === 'ended' && record.expired !== undefined;
}

describe('session upkeep: the grant of an expired session', () => {
  for (const focused of [true, false])
    it(`a clock that is wrong for less than an hour ends no session, in a window ${focused ? 'with' : 'without'} focus`, async () => {
      const { world, one } = await expiredByWrongClock(focused);
      await world.clock.advance(59 * MINUTE_MS);
      world.clock.jump(-8 * HOUR_MS);
      assert.deepEqual(await world.sessionsOf(one), ['a: access 1']);
      await world.clock.advance(2 * HOUR_MS);
      assert.deepEqual(await world.sessionsOf(one), ['a: access 1']);
      assert.deepEqual(world.service.asked, []);
      assert.deepEqual(world.changesOf(one), ['removed a', 'added a']);
    });

  for (const focused of [true, false])
    it(`after an hour of running time it is dropped and revoked, in a window ${focused ? 'with' : 'without'} focus`, async () => {
      const { world, one } = await expiredByWrongClock(focused);
      await world.clock.advance(HOUR_MS - 1);
      assert.deepEqual([world.service.asked, hasGrant(world)], [[], true]);
      await world.clock.advance(1);
      assert.deepEqual([world.service.asked, hasGrant(world)], [['revoke access 1'], false]);
      world.clock.jump(-8 * HOUR_MS);
      assert.deepEqual(await world.sessionsOf(one), []);
      await world.clock.advance(2 * HOUR_MS);
      assert.deepEqual(world.service.asked, ['revoke access 1']);
    });

  it('each of two is dropped after an hour', async () => {
    const world = new SessionWorld();
    for (const id of ['a', 'b'])
      world.have(id, world.service.grant({ lifeMs: 6 * HOUR_MS }), { scopes: [id] });
    const one = await world.ready();
    world.clock.jump(8 * HOUR_MS);
    assert.deepEqual(await world.sessionsOf(one), []);
    await world.clock.advance(HOUR_MS - 1);
    assert.deepEqual(world.service.asked, []);
    await world.clock.advance(1);
    assert.deepEqual(world.service.asked, ['revoke access 1', 'revoke access 2']);
  });

  it('the time that a laptop sleeps does not count', async () => {
    const { world } = await expiredByWrongClock(true);
    await world.clock.advance(30 * MINUTE_MS);
    world.clock.jump(9 * HOUR_MS);
    await world.clock.advance(29 * MINUTE_MS);
    assert.deepEqual([world.service.asked, hasGrant(world)], [[], true]);
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual([world.service.asked, hasGrant(world)], [['revoke access 1'], false]);
  });

  it('the hour starts again after the clock was right in between', async () => {
    const { world, one } = await expiredByWrongClock(false);
    await world.clock.advance(50 * MINUTE_MS);
    world.clock.jump(-8 * HOUR_MS);
    await world.clock.advance(MINUTE_MS); // no extension asks for the session in this minute
    world.clock.jump(8 * HOUR_MS);
    await world.clock.advance(50 * MINUTE_MS);
    assert.deepEqual([world.service.asked, hasGrant(world)], [[], true]);
    world.clock.jump(-8 * HOUR_MS);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 1']);
  });

  it('the hour starts again after the session came back in between', async () => {
    const { world, one } = await expiredByWrongClock(false);
    await world.clock.advance(50 * MINUTE_MS);
    world.clock.jump(-8 * HOUR_MS);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 1']);
    world.clock.jump(8 * HOUR_MS);
    assert.deepEqual(await world.sessionsOf(one), []);
    await world.clock.advance(50 * MINUTE_MS);
    assert.deepEqual([world.service.asked, hasGrant(world)], [[], true]);
  });

  it('the hour starts again after a new sign-in to the same session', async () => {
    const { world, one } = await expiredByWrongClock(false);
    await world.clock.advance(50 * MINUTE_MS);
    await world.clock.run(world.signIn(one, world.service.grant({ lifeMs: HOUR_MS })));
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
    world.clock.jump(2 * HOUR_MS);
    assert.deepEqual(await world.sessionsOf(one), []);
    await world.clock.advance(59 * MINUTE_MS);
    assert.equal(hasGrant(world), true);
  });

  it('the hour starts again in a window that opens later', async () => {
    const { world, one } = await expiredByWrongClock(true);
    await world.clock.advance(50 * MINUTE_MS);
    await world.close(one);
    await world.ready(true);
    await world.clock.advance(50 * MINUTE_MS);
    assert.deepEqual([world.service.asked, hasGrant(world)], [[], true]);
    await world.clock.advance(10 * MINUTE_MS);
    assert.deepEqual([world.service.asked, hasGrant(world)], [['revoke access 1'], false]);
  });

  it('a rejected session has no grant to drop', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready(true);
    world.service.reject('access 1');
    await world.clock.run(one.sessions.verification.verify('a', one.closed.signal));
    await world.clock.advance(2 * HOUR_MS);
    assert.deepEqual(world.service.asked, ['verify access 1']);
  });
});
