import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld } from '../support/sessionWorld.ts';
import { anHourOf, LOOK_MS, watched } from '../support/watchedWindows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('session upkeep', () => {
  it('what is left of a session is forgotten after 30 days, without a message', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    await toldAfter(2 * HOUR_MS);
    world.clock.jump(29 * DAY_MS);
    assert.deepEqual(await toldAfter(LOOK_MS), []);
    assert.equal(world.storage.stored.size, 1);
    world.clock.jump(DAY_MS);
    assert.deepEqual(await toldAfter(LOOK_MS), []);
    assert.equal(world.storage.stored.size, 0);
    assert.deepEqual([world.heard(one), world.heard(two)], [['removed a'], ['removed a']]);
  });

  it('the mark of a signed-out session is forgotten after 30 days, without a message', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    await world.clock.run(one.sessions.signOut('a'));
    world.clock.jump(30 * DAY_MS - LOOK_MS);
    assert.deepEqual(await toldAfter(LOOK_MS), []);
    assert.equal(world.storage.stored.size, 1);
    assert.deepEqual(await toldAfter(LOOK_MS), []);
    assert.equal(world.storage.stored.size, 0);
    assert.deepEqual([one.store.records(), two.store.records()], [[], []]);
  });

  it('a window looks again after the storage has failed', async () => {
    const world = new SessionWorld();
    anHourOf('a')(world);
    world.storage.readFailure = new Error('locked');
    const one = world.open(true);
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(world.told(), []);
    assert.match(
      one.log.lines.join('\n'),
      /The sessions could not be looked after this time: StoreError \(cause: Error\)\./,
    );
    world.storage.readFailure = undefined;
    await world.clock.advance(LOOK_MS);
    assert.deepEqual(world.told(), ['ended a']);
  });

  it('the looks end with the window', async () => {
    const { world, one, two } = await watched(anHourOf('a'));
    await world.close(one);
    await world.close(two);
    await world.clock.settle();
    assert.equal(world.clock.pending, 0);
  });
});
