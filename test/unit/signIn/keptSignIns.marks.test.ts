import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { KeptWorld } from '../support/keptWorld.ts';

describe('the mark of a sign-in that is over', () => {
  it('is dropped after an hour of running, and no mark that came later', async () => {
    const world = new KeptWorld('sigma');
    const first = await world.begun();
    first.screens[0]?.cancel();
    await world.clock.advance(1_000);
    const [mark] = world.kept.stored.keys();
    assert.equal(world.kept.stored.size, 1);
    const next = await world.started();
    const second = await world.begun();
    second.screens[0]?.cancel();
    world.clock.jump(24 * 3_600_000); // a laptop sleeps
    await world.clock.advance(3_599_000);
    world.takeOver(next);
    assert.equal(world.kept.stored.size, 2);
    await world.clock.advance(2_000);
    assert.equal(world.kept.stored.size, 1);
    assert.notEqual([...world.kept.stored.keys()][0], mark);
    await world.clock.advance(24 * 3_600_000);
    assert.equal(world.kept.stored.size, 1, 'until a window looks again');
    world.takeOver(next);
    await world.clock.advance(3_601_000);
    assert.equal(world.kept.stored.size, 0);
    await world.end();
  });

  it('stays if it cannot be dropped, which is logged', async () => {
    const world = new KeptWorld('sigma');
    const first = await world.begun();
    first.screens[0]?.cancel();
    await world.clock.advance(1_000);
    const next = await world.started();
    world.kept.readFailure = new Error('a message');
    await world.clock.advance(3_601_000);
    assert.equal(world.kept.stored.size, 1);
    assert.match(
      next.log.lines.join('\n'),
      /warn Marks of finished sign-ins could not be deleted: Error\.$/m,
    );
    world.kept.readFailure = undefined;
    world.takeOver(next);
    await world.clock.advance(3_601_000);
    assert.equal(world.kept.stored.size, 0);
    await world.end();
  });
});
