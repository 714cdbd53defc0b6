import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld, type Window } from '../support/sessionWorld.ts';

interface Case {
  readonly world: SessionWorld;
  readonly window: Window;
  readonly accepts: (signal?: AbortSignal) => Promise<boolean>;
}

/** A session whose token has been rotated. The service goes on accepting the one before. */
async function rotated(): Promise<Case> {
  const world = new SessionWorld();
  world.have('a', world.service.grant());
  const window = await world.ready();
  world.service.rotates = world.service.keepsRotated = true;
  await world.clock.run(window.sessions.verification.verify('a', window.closed.signal));
  world.service.rotates = false;
  world.service.asked.length = 0;
  return {
    world,
    window,
    accepts: (signal = window.closed.signal) =>
      window.sessions.verification.acceptsEarlier('a', 'access 1', signal),
  };
}

describe('an earlier access token of a session', () => {
  for (const [what, does, expected] of [
    ['accepts it', () => undefined, true],
    ['gives no answer', (world: SessionWorld) => (world.service.offline = true), true],
    [
      'rejects it',
      (world: SessionWorld) => {
        world.service.reject('access 1');
      },
      false,
    ],
  ] as const)
    it(`${expected ? 'is accepted' : 'is not accepted'}, and nothing ends, when the service ${what}`, async () => {
      const { world, window, accepts } = await rotated();
      does(world);
      assert.equal(await world.clock.run(accepts()), expected);
      await world.quiet();
      assert.deepEqual(world.service.asked, ['verify access 1']);
      assert.deepEqual([await world.sessionsOf(window), window.notices], [['a: access 2'], []]);
      assert.equal(
        await world.clock.run(window.sessions.verification.verify('a', window.closed.signal)),
        true,
      );
      assert.equal(world.service.asked[1], 'verify access 2');
    });

  it('is asked about once, however many servers have it', async () => {
    const { world, accepts } = await rotated();
    world.service.takes.verify = 1_000;
    assert.deepEqual(await world.clock.run(Promise.all([accepts(), accepts()])), [true, true]);
    assert.deepEqual(world.service.asked, ['verify access 1']);
    await world.clock.run(accepts());
    assert.equal(world.service.asked.length, 2);
  });

  it('brings the session the token that comes with the answer', async () => {
    const { world, window, accepts } = await rotated();
    world.service.rotates = true;
    assert.equal(await world.clock.run(accepts()), true);
    world.service.rotates = false;
    await world.quiet();
    assert.deepEqual(await world.sessionsOf(window), ['a: access 3']);
  });

  it('is no longer waited for when the caller gives up', async () => {
    const { world, accepts } = await rotated();
    world.service.takes.verify = 5_000;
    const [cancel, reason] = [new AbortController(), new Error('canceled')];
    world.clock.at(world.clock.ranMs + 100, () => {
      cancel.abort(reason);
    });
    const fromMs = world.clock.ranMs;
    await assert.rejects(world.clock.run(accepts(cancel.signal)), reason);
    assert.equal(world.clock.ranMs - fromMs, 100);
    await world.quiet();
  });
});
