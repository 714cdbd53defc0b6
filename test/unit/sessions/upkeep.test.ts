import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { endedOf } from '../support/record.ts';
import { SessionWorld } from '../support/sessionWorld.ts';
import { anHourOf, CHECK_EVERY_MS, watched } from '../support/watchedWindows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('session upkeep', () => {
  it('forgets an ended session after 30 days and an hour of running time, without a message', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    await toldAfter(2 * HOUR_MS);
    world.clock.jump(30 * DAY_MS);
    assert.deepEqual(await toldAfter(HOUR_MS - 2 * CHECK_EVERY_MS), []);
    assert.equal(world.stored('a')?.state, 'ended');
    assert.deepEqual(await toldAfter(2 * CHECK_EVERY_MS), []);
    assert.equal(world.stored('a')?.state, 'removed');
    assert.deepEqual([world.changesOf(one), world.changesOf(two)], [['removed a'], ['removed a']]);
  });

  it('forgets nothing because of a clock that is far ahead for less than an hour', async () => {
    const { world, toldAfter } = await watched(anHourOf('a'));
    await toldAfter(2 * HOUR_MS);
    for (let day = 0; day < 3; day++) {
      world.clock.jump(365 * DAY_MS);
      await toldAfter(HOUR_MS - 2 * CHECK_EVERY_MS);
      world.clock.jump(-365 * DAY_MS);
      await toldAfter(CHECK_EVERY_MS);
    }
    assert.equal(world.stored('a')?.state, 'ended');
  });

  it('forgets two ended sessions no sooner than one', async () => {
    const { world, toldAfter } = await watched(anHourOf('a', 'b'));
    const states = (): unknown[] => ['a', 'b'].map((id) => world.stored(id)?.state);
    await toldAfter(2 * HOUR_MS);
    world.clock.jump(30 * DAY_MS);
    await toldAfter(HOUR_MS - 2 * CHECK_EVERY_MS);
    assert.deepEqual(states(), ['ended', 'ended']);
    await toldAfter(2 * CHECK_EVERY_MS);
    assert.deepEqual(states(), ['removed', 'removed']);
  });

  it('keeps the mark of a signed-out session for good', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    await world.clock.run(one.sessions.signOut('a'));
    world.clock.jump(365 * DAY_MS);
    assert.deepEqual(await toldAfter(2 * HOUR_MS), []);
    assert.equal(world.stored('a')?.state, 'removed');
    for (const { store } of [one, two]) assert.equal(store.get('a')?.state, 'removed');
  });

  it('forgets no session that another window has continued with a new sign-in, if it is not told so', async () => {
    const world = new SessionWorld();
    world.store(endedOf('a', { endedAtMs: world.clock.now() - 30 * DAY_MS + HOUR_MS }));
    const [one, two] = [await world.ready(), await world.ready()];
    one.storage.dispose();
    await world.clock.run(world.signIn(two, world.service.grant()));
    await world.clock.advance(3 * HOUR_MS);
    assert.deepEqual(await world.sessionsOf(two), ['a: access 1']);
    assert.deepEqual(world.service.asked, []);
  });

  it('continues after the storage has failed', async () => {
    const world = new SessionWorld();
    anHourOf('a')(world);
    world.storage.readFailure = new Error('locked');
    const one = world.open(true);
    await world.clock.advance(HOUR_MS);
    assert.deepEqual(world.notices(), []);
    assert.match(
      one.log.lines.join('\n'),
      /The upkeep of the sessions failed: StoreError \(cause: Error\)\./,
    );
    world.storage.readFailure = undefined;
    await world.clock.advance(CHECK_EVERY_MS);
    assert.deepEqual(world.notices(), ['ended a']);
  });

  it('ends with the window', async () => {
    const { world, one, two } = await watched(anHourOf('a'));
    await world.close(one);
    await world.close(two);
    await world.clock.settle();
    assert.equal(world.clock.pending, 0);
  });
});
