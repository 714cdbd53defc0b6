import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { KeptWorld, TAKEN_OVER_MS } from '../support/keptWorld.ts';

describe('whether a sign-in is in progress', () => {
  it('is known in every window, and after its window is gone, until it is over', async () => {
    const world = new KeptWorld('sigma');
    const other = world.open();
    const isInProgress = (id = 'sigma-identity'): Promise<boolean> =>
      world.clock.run(other.signIns.isInProgress(id));
    assert.equal(await isInProgress(), false);
    const first = await world.begun();
    assert.deepEqual([await isInProgress(), await isInProgress('adom')], [true, false]);
    await world.kill(first);
    assert.equal(await isInProgress(), true);
    const next = await world.started();
    await world.clock.advance(TAKEN_OVER_MS);
    next.screens[0]?.cancel();
    await world.clock.advance(1_000);
    assert.equal(await isInProgress(), false);
    await world.end();
  });

  it('is known to a window that waits for the lock of the one that hangs, and that closes meanwhile', async () => {
    const world = new KeptWorld('sigma');
    const first = await world.begun();
    first.locks.freeze();
    const next = await world.started();
    const isInProgress = (id: string): Promise<boolean> => world.clock.run(next.signIns.isInProgress(id));
    assert.deepEqual([await isInProgress('sigma-identity'), await isInProgress('adom')], [true, false]);
    await world.close(next);
    assert.equal(world.inProgress().length, 1);
    first.screens[0]?.cancel();
    await world.end();
  });

  it('is not told by a copy that is damaged', async () => {
    const world = new KeptWorld('sigma');
    await world.kill(await world.begun());
    for (const name of world.kept.stored.keys()) world.kept.stored.set(name, '{');
    assert.equal(await world.open().signIns.isInProgress('sigma-identity'), false);
    await world.end();
  });

  it('is known in its own window, even if it cannot be stored or read', async () => {
    const world = new KeptWorld('sigma');
    world.kept.writeFailure = new Error('a message');
    const window = await world.begun();
    world.kept.readFailure = new Error('a message');
    assert.equal(await window.signIns.isInProgress('sigma-identity'), true);
    await assert.rejects(window.signIns.isInProgress('adom'));
    world.kept.writeFailure = world.kept.readFailure = undefined;
    window.screens[0]?.cancel();
    await world.clock.advance(1_000);
    assert.equal(await window.signIns.isInProgress('sigma-identity'), false);
    await world.end();
  });
});
