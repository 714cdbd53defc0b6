import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { LIFE_MS } from '../support/codeService.ts';
import {
  AGAIN,
  goesAway,
  KINDS,
  kindsOf,
  type KeptWindow,
  KeptWorld,
  seenIn,
  SIGNED_IN,
  TAKEN_OVER_MS,
  WAYS,
} from '../support/keptWorld.ts';

/** A window went away with its code on the screen, and the next one starts after this time. */
async function startedLater(world: KeptWorld, ms: number): Promise<KeptWindow> {
  const window = await world.begun();
  await world.clock.advance(21_000);
  await world.close(window);
  await world.clock.advance(ms);
  return world.started();
}

describe('a sign-in whose time is up when the next window starts', () => {
  for (const kind of KINDS) {
    it(`${kind}: is not shown, and is forgotten`, async () => {
      const world = new KeptWorld(kind);
      const next = await startedLater(world, LIFE_MS);
      await world.clock.advance(70_000);
      assert.deepEqual([next.screens, kindsOf(next)], [[], ['over']]);
      assert.deepEqual([world.inProgress(), world.stored()], [[], []]);
      assert.equal(world.kept.stored.size, 1, 'a mark is written');
      await world.end();
    });

    it(`${kind}: is completed if the user has approved it in time`, async () => {
      const world = new KeptWorld(kind);
      await world.close(await world.begun());
      world.service.decide('approved');
      await world.clock.advance(LIFE_MS + 3_600_000);
      const next = await world.started();
      await world.clock.advance(30_000);
      assert.deepEqual([seenIn(next), kindsOf(next)], [SIGNED_IN, ['signedIn']]);
      assert.equal(world.stored().length, 1);
      await world.end();
    });

    for (const way of WAYS)
      it(`${kind}: is over if its window ${way} while it offers a new code`, async () => {
        const world = new KeptWorld(kind);
        const window = await world.begun();
        await world.clock.advance(LIFE_MS + 20_000);
        assert.equal(seenIn(window).at(-1), 'expired');
        await goesAway(world, window, way);
        const next = await world.started();
        await world.clock.advance(90_000);
        assert.deepEqual([next.screens, kindsOf(next)], [[], ['over']]);
        assert.deepEqual([world.service.codes.length, world.inProgress()], [1, []]);
        // At Adom, the next window is done before this one looks.
        if (way === 'freezes' && kind === 'sigma') assert.deepEqual(kindsOf(window), ['canceled']);
        await world.end();
      });

    for (const way of WAYS)
      it(`${kind}: is asked about by the next window if the one that asks ${way}`, async () => {
        const world = new KeptWorld(kind);
        world.service.knowsNoTime = true;
        const asking = await startedLater(world, LIFE_MS);
        await world.clock.advance(8_000);
        await goesAway(world, asking, way);
        const next = await world.started();
        await world.clock.advance(TAKEN_OVER_MS);
        assert.equal(world.inProgress().length, 1);
        world.service.decide('approved');
        await world.clock.advance(10_000);
        assert.deepEqual([seenIn(next), kindsOf(next)], [SIGNED_IN, ['signedIn']]);
        assert.deepEqual(kindsOf(asking), way === 'is killed' ? [] : ['canceled']);
        assert.deepEqual(asking.screens, []);
        await world.end();
      });
  }

  it('is free for the next window at once when the one that asks closes', async () => {
    const world = new KeptWorld('sigma');
    world.service.knowsNoTime = true;
    const asking = await startedLater(world, LIFE_MS);
    await world.clock.advance(8_000);
    asking.closed.abort(new Error('closed'));
    await world.clock.advance(1);
    await world.started();
    await world.clock.advance(6_000);
    assert.equal(world.service.polls.at(-1), '3 1');
    await world.end();
  });

  it('is left to the next window by one that closes while it waits for a late token', async () => {
    const world = new KeptWorld('sigma');
    const asking = await startedLater(world, LIFE_MS);
    await world.clock.advance(10_000);
    assert.deepEqual([kindsOf(asking), world.inProgress().length], [[], 1]);
    await world.close(asking);
    assert.deepEqual([kindsOf(asking), world.inProgress().length], [['canceled'], 1]);
    const next = await world.started();
    await world.clock.advance(70_000);
    assert.deepEqual([kindsOf(next), world.inProgress()], [['over'], []]);
    await world.end();
  });

  it('takes the token that its last owner got from a poll that was on its way', async () => {
    const world = new KeptWorld('sigma');
    const window = await world.begun();
    await world.clock.advance(LIFE_MS - 25_000);
    world.service.takes.poll = 14_000;
    window.locks.freeze();
    world.clock.jump(3_600_000); // for the next window, the code has expired
    const started = world.started();
    await world.clock.advance(500);
    world.service.decide('approved');
    const next = await started;
    await world.clock.advance(60_000);
    assert.deepEqual([seenIn(next), kindsOf(next)], [SIGNED_IN, ['signedIn']]);
    assert.deepEqual(world.service.granted.length, 1);
    await world.end();
  });
});

describe('a sign-in that is continued under a wrong clock', () => {
  for (const [what, ms, seen] of [
    ['a year ahead', 365 * 24 * 3_600_000, SIGNED_IN],
    ['a year behind', -365 * 24 * 3_600_000, [...AGAIN, ...SIGNED_IN]],
  ] as const)
    for (const kind of KINDS)
      it(`${kind}: ${what}: is completed`, async () => {
        const world = new KeptWorld(kind);
        await world.close(await world.begun());
        world.clock.jump(ms);
        const next = await world.started();
        world.service.decide('approved');
        await world.clock.advance(20_000);
        assert.deepEqual([seenIn(next), kindsOf(next)], [seen, ['signedIn']]);
        await world.end();
      });

  it('a clock that was set back keeps no code on the screen for longer than an hour', async () => {
    const world = new KeptWorld('sigma');
    await world.close(await world.begun());
    world.clock.jump(-365 * 24 * 3_600_000);
    world.service.knowsNoTime = true;
    const next = await world.started();
    await world.clock.advance(3_600_000 - 5_000);
    assert.deepEqual(seenIn(next), AGAIN);
    await world.clock.advance(10_000);
    assert.deepEqual(seenIn(next), [...AGAIN, 'expired']);
    await world.end();
  });

  it('a clock that runs ahead asks the service for a minute', async () => {
    const world = new KeptWorld('sigma');
    await world.close(await world.begun());
    world.clock.jump(365 * 24 * 3_600_000);
    world.service.knowsNoTime = true;
    const next = await world.started();
    const asked = async (ms: number): Promise<number> => {
      const before = world.service.polls.length;
      await world.clock.advance(ms);
      return world.service.polls.length - before;
    };
    await world.clock.advance(50_000);
    assert.ok((await asked(9_000)) > 0);
    assert.deepEqual(kindsOf(next), []);
    await world.clock.advance(3_000);
    assert.equal(await asked(23_000), 0, 'a minute is over');
    assert.deepEqual([next.screens, kindsOf(next)], [[], ['over']]);
    await world.end();
  });
});
