import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { recordOf } from '../support/record.ts';
import { renewed, StoreWorld, tokenOf } from '../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const locked = new Error('The keyring is locked');

function isStoreError(error: unknown): boolean {
  return error instanceof StoreError && error.cause === locked;
}

describe('session store: a read that fails', () => {
  it('load reports it, and the next load tries again', async () => {
    const world = new StoreWorld();
    world.have(A);
    world.storage.readFailure = locked;
    const { store } = world.open();
    await assert.rejects(world.clock.run(store.load()), isStoreError);
    assert.deepEqual(store.records(), []);
    world.storage.readFailure = undefined;
    await world.clock.run(store.load());
    assert.deepEqual(store.get('a'), A);
  });

  for (const call of ['reread', 'rereadAll'] as const)
    it(`${call} reports it and does not change memory`, async () => {
      const world = new StoreWorld();
      world.have(A);
      const { store } = await world.ready();
      world.have(SECOND);
      world.storage.readFailure = locked;
      await assert.rejects(world.clock.run(store[call]('a')), isStoreError);
      assert.deepEqual(store.get('a'), A);
      world.storage.readFailure = undefined;
      await world.clock.run(store[call]('a'));
      assert.deepEqual(store.get('a'), SECOND);
    });

  it('a window that could not read a change tries again', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.readFailure = locked;
    world.put(SECOND);
    await world.clock.advance(20_000);
    assert.equal(tokenOf(window, 'a'), 'token of a');
    assert.deepEqual(window.log.lines, [
      'warn A change of a session could not be read: StoreError (cause: Error). Trying again.',
    ]);
    world.storage.readFailure = undefined;
    await world.clock.advance(60_000);
    assert.equal(tokenOf(window, 'a'), 'second');
    assert.deepEqual(window.told, ['changed a']);
    assert.equal(world.clock.pending, 0);
  });

  it('a window that gets a change event before it could load tries again', async () => {
    const world = new StoreWorld();
    const window = world.open();
    world.storage.readFailure = locked;
    world.put(A);
    await world.clock.advance(5_000);
    world.storage.readFailure = undefined;
    await world.clock.advance(60_000);
    assert.deepEqual(await world.live(window), ['a']);
  });
});
