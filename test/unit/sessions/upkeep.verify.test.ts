import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld, type Window } from '../support/sessionWorld.ts';
import { anHourOf, watched, type WatchedWindows } from '../support/watchedWindows.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe('session upkeep: verification when the user comes back', () => {
  const focus = async ({ world }: WatchedWindows, window: Window): Promise<string[]> => {
    const before = world.service.asked.length;
    await world.comeBackTo(window);
    return world.service.asked.slice(before);
  };

  it('no session is verified at the start or while the user is away', async () => {
    const { world, toldAfter } = await watched((it) => it.have('a', it.service.grant()));
    await toldAfter(DAY_MS);
    assert.deepEqual(world.service.asked, []);
  });

  it('no session is verified while the user pauses and stays in the window', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready(true);
    const focusChanged = async (focused: boolean): Promise<void> => {
      one.all.focusChanged(focused);
      await world.clock.settle();
    };
    for (let pauses = 0; pauses < 3; pauses++) await focusChanged(true);
    assert.deepEqual(world.service.asked, []);
    await focusChanged(false);
    assert.deepEqual(world.service.asked, []);
    await focusChanged(true);
    assert.deepEqual(world.service.asked, ['verify access 1']);
  });

  it('verifies each session once an hour in each window, whatever other windows or files say', async () => {
    const all = await watched((world) => {
      world.have('a', world.service.grant());
      world.have('b', world.service.grant(), { scopes: ['email'] });
    });
    const both = ['verify access 1', 'verify access 2'];
    assert.deepEqual(await focus(all, all.one), both);
    assert.deepEqual(await focus(all, all.one), []);
    assert.deepEqual(await focus(all, all.two), both);
    await all.toldAfter(59 * MINUTE_MS);
    for (const window of [all.one, all.two]) assert.deepEqual(await focus(all, window), []);
    await all.toldAfter(MINUTE_MS);
    assert.deepEqual(await focus(all, all.one), both);
  });

  it('verifies again an hour after the clock was far ahead', async () => {
    const all = await watched((world) => world.have('a', world.service.grant()));
    all.world.clock.jump(365 * 24 * HOUR_MS);
    await focus(all, all.one);
    all.world.clock.jump(-365 * 24 * HOUR_MS);
    assert.deepEqual(await focus(all, all.one), ['verify access 1']);
  });

  it('a session is not verified in the first hour after its sign-in', async () => {
    const all = await watched(() => undefined);
    await all.world.clock.run(all.world.signIn(all.one, all.world.service.grant()));
    await all.toldAfter(HOUR_MS - 1);
    assert.deepEqual(await focus(all, all.one), []);
    await all.toldAfter(1);
    assert.deepEqual(await focus(all, all.one), ['verify access 1']);
  });

  it('a rejected session ends, and the window with the focus says so', async () => {
    const all = await watched((world) => world.have('a', world.service.grant()));
    all.world.service.reject('access 1');
    await focus(all, all.one);
    assert.deepEqual(all.one.notices, ['rejected a']);
    assert.deepEqual(
      [all.one.sessions.records.configured(), all.two.sessions.records.configured()],
      [[], []],
    );
  });

  it('a session without a definite answer stays, and is verified again after an hour', async () => {
    const all = await watched((world) => world.have('a', world.service.grant()));
    all.world.service.reject('access 1');
    all.world.service.offline = true;
    assert.deepEqual(await focus(all, all.one), ['verify access 1']);
    assert.deepEqual(await all.world.sessionsOf(all.two), ['a: access 1']);
    all.world.service.offline = false;
    assert.deepEqual(await focus(all, all.one), []);
    await all.toldAfter(HOUR_MS);
    await focus(all, all.one);
    assert.deepEqual(await all.toldAfter(0), ['rejected a']);
  });

  it('a session that is over is not verified', async () => {
    const all = await watched(anHourOf('a'));
    all.world.clock.jump(HOUR_MS);
    assert.deepEqual(await focus(all, all.one), []);
    assert.deepEqual(all.one.notices, ['ended a']);
  });

  it('a closing window or a failing storage ends no session', async () => {
    const all = await watched((world) => world.have('a', world.service.grant()));
    all.world.service.takes.verify = 1_000;
    const focused = focus(all, all.one);
    await all.world.clock.advance(500);
    await all.world.close(all.one);
    assert.deepEqual(await focused, ['verify access 1']);
    assert.deepEqual(all.one.log.lines, [], 'that a window closes is no failure');
    all.world.storage.readFailure = new Error('locked');
    assert.deepEqual(await focus(all, all.two), []);
    assert.match(all.two.log.lines.join('\n'), /The upkeep of the sessions failed: StoreError/);
    assert.deepEqual([all.world.stored('a')?.state, all.two.notices], ['live', []]);
  });
});
