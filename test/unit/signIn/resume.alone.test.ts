import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { KeptWorld, kindsOf, seenIn } from '../support/keptWorld.ts';

describe('a stored sign-in', () => {
  it('is continued by no window while the windows cannot lock each other out', async () => {
    const world = new KeptWorld('sigma');
    await world.kill(await world.begun());
    world.locks.isUsable = false;
    const next = await world.started();
    await world.clock.advance(60_000);
    assert.deepEqual([next.screens, kindsOf(next)], [[], []]);
    assert.equal(world.inProgress().length, 1);
    world.locks.isUsable = true;
    world.service.decide('approved');
    world.takeOver(next);
    await world.clock.advance(60_000);
    assert.deepEqual(kindsOf(next), ['signedIn']);
    await world.end();
  });

  it('does not come back after a sign-out when the locks fail meanwhile', async () => {
    const world = new KeptWorld('sigma');
    const window = await world.begun();
    world.locks.isUsable = false;
    world.service.decide('approved');
    await world.clock.advance(20_000);
    assert.deepEqual(kindsOf(window), ['signedIn']);
    assert.deepEqual(world.inProgress(), []);
    await world.end();
  });

  it('stores nothing, no mark either, without working locks', async () => {
    const world = new KeptWorld('sigma');
    world.locks.isUsable = false;
    const window = await world.begun();
    world.service.decide('approved');
    await world.clock.advance(20_000);
    assert.deepEqual(kindsOf(window), ['signedIn']);
    assert.deepEqual([...world.kept.stored], []);
    await world.end();
  });

  for (const takesMs of [2_000, 14_000])
    it(`is polled for by one window only: the last answer of the one before takes ${takesMs} ms`, async () => {
      const world = new KeptWorld('sigma');
      const before = await world.begun();
      await world.clock.advance(12_300);
      before.locks.freeze();
      const next = await world.started();
      await world.clock.advance(9_550);
      world.service.decide('approved');
      world.service.takes.poll = takesMs;
      await world.clock.advance(300);
      world.service.takes.poll = 0;
      await world.clock.advance(60_000);
      assert.equal(world.stored().length, 1, seenIn(next).join());
      assert.deepEqual([kindsOf(before), kindsOf(next)], [['canceled'], ['signedIn']]);
      assert.deepEqual([...world.service.revoked], []);
      await world.end();
    });
});
