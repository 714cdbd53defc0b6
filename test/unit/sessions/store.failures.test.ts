import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { textOf } from '../support/fakeStorage.ts';
import { recordOf, removedOf } from '../support/record.ts';
import { add, renewed, StoreWorld, tokenOf } from '../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const THIRD = renewed(SECOND, 'third');
const locked = new Error('The keyring is locked');
const never = new AbortController().signal;

function isStoreError(error: unknown): boolean {
  return error instanceof StoreError && error.cause === locked;
}

describe('session store: a write that fails', () => {
  for (const failure of ['writeFailure', 'readFailure'] as const)
    it(`a sign-in is in memory despite a ${failure}, fires onNotStored once, and is stored later`, async () => {
      const world = new StoreWorld();
      const window = world.open();
      const notStored: string[] = [];
      window.store.onNotStored(({ id }) => notStored.push(id));
      world.storage.writeFailure = locked;
      if (failure === 'readFailure') world.storage.readFailure = locked;
      await world.clock.run(add(window, 'a', 'first'));
      await world.clock.run(window.store.load());
      assert.equal(tokenOf(window, 'a'), 'first');
      assert.deepEqual([window.told, notStored], [['added a'], ['a']]);
      world.storage.writeFailure = world.storage.readFailure = undefined;
      await world.clock.advance(60_000);
      assert.equal(world.storage.stored.size, 1);
      assert.deepEqual([window.told, notStored], [['added a'], ['a']]);
      assert.equal(world.clock.pending, 0);
    });

  it('a replacement stays in memory, and the write is tried again until it succeeds', async () => {
    const world = new StoreWorld();
    world.have(A);
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.writeFailure = locked;
    await assert.rejects(world.clock.run(one.store.replace(SECOND)), isStoreError);
    assert.deepEqual([tokenOf(one, 'a'), one.told], ['second', ['changed a']]);
    await world.clock.advance(600_000);
    assert.equal(world.texts.a, textOf(A));
    world.storage.writeFailure = undefined;
    await world.clock.advance(60_000);
    assert.equal(world.texts.a, textOf(SECOND));
    assert.deepEqual([tokenOf(two, 'a'), two.told], ['second', ['changed a']]);
    assert.deepEqual(one.told, ['changed a']);
    assert.deepEqual(one.log.lines, [
      'warn A session could not be stored: StoreError (cause: Error). Trying again.',
    ]);
    assert.equal(world.clock.pending, 0);
  });

  it('a removal takes effect in memory at once, and is stored later', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.writeFailure = locked;
    await assert.rejects(world.clock.run(window.store.replace(removedOf('a'))), isStoreError);
    assert.deepEqual(await world.live(window), []);
    world.storage.writeFailure = undefined;
    await world.clock.advance(60_000);
    assert.equal(world.texts.a, textOf(removedOf('a')));
    assert.deepEqual(window.told, ['removed a']);
  });

  it('the newest version is written when several could not be', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.writeFailure = locked;
    for (const record of [SECOND, THIRD])
      await assert.rejects(world.clock.run(window.store.replace(record)), isStoreError);
    assert.equal(world.clock.pending, 1, 'one series of attempts is enough');
    world.storage.writeFailure = undefined;
    await world.clock.advance(60_000);
    assert.equal(world.texts.a, textOf(THIRD));
    assert.equal(world.clock.pending, 0);
  });

  it('a failure after a success starts new attempts', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    for (const record of [SECOND, THIRD]) {
      world.storage.writeFailure = locked;
      await assert.rejects(world.clock.run(window.store.replace(record)), isStoreError);
      world.storage.writeFailure = undefined;
      await world.clock.advance(60_000);
      assert.equal(world.texts.a, textOf(record));
    }
  });

  it('a version of another window that is newer is not overwritten by a late attempt', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.writeFailure = locked;
    await assert.rejects(world.clock.run(window.store.replace(SECOND)), isStoreError);
    world.put(THIRD);
    world.storage.writeFailure = undefined;
    await world.clock.advance(60_000);
    assert.equal(world.texts.a, textOf(THIRD));
    assert.equal(tokenOf(window, 'a'), 'third');
  });

  it('a window that closes makes one more attempt at once, and no other', async () => {
    for (const isRepaired of [true, false]) {
      const world = new StoreWorld();
      world.have(A);
      const window = await world.ready();
      world.storage.writeFailure = locked;
      await assert.rejects(world.clock.run(window.store.replace(SECOND)), isStoreError);
      if (isRepaired) world.storage.writeFailure = undefined;
      window.closed.abort(new Error('closed'));
      await world.clock.settle();
      world.storage.writeFailure = undefined;
      assert.equal(world.clock.pending, 0);
      assert.equal(world.texts.a, textOf(isRepaired ? SECOND : A));
    }
  });

  it('a text that was lost without an event is written when the storage works again', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.writeFailure = locked;
    world.storage.lose('a');
    await world.clock.advance(30_000);
    assert.deepEqual(await world.live(window), ['a']);
    world.storage.writeFailure = undefined;
    await world.clock.advance(60_000);
    assert.equal(world.texts.a, textOf(A));
    assert.deepEqual(window.told, []);
  });

  it('a renewal holds its lock until its result is stored', async () => {
    const world = new StoreWorld();
    world.have(A);
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.writeFailure = locked;
    const renewing = one.store.whileGranting(A, never, async () => {
      await assert.rejects(one.store.replace(SECOND), isStoreError);
    });
    await world.clock.advance(20_000);
    let found: string | undefined;
    const next = two.store.whileGranting(A, never, async () => {
      await two.store.reread('a');
      found = tokenOf(two, 'a');
    });
    world.storage.writeFailure = undefined;
    await world.clock.run(Promise.all([renewing, next]));
    assert.equal(found, 'second');
  });
});

describe('session store: a storage that does not answer', () => {
  it('a sign-in is in memory after a minute, and the write that lands later changes nothing', async () => {
    const world = new StoreWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.writeMs = 70_000;
    await world.clock.run(add(one, 'a', 'first'));
    assert.equal(world.clock.ranMs, 60_000);
    world.storage.writeMs = 0;
    await world.clock.advance(120_000);
    for (const window of [one, two]) assert.equal(tokenOf(window, 'a'), 'first');
    assert.equal(world.storage.stored.size, 1);
  });

  it('a sign-in does not wait longer than a minute for a window that cannot store a renewal', async () => {
    const world = new StoreWorld();
    world.have(A);
    const [one, two] = [await world.ready(), await world.ready()];
    const renewing = one.store.whileGranting(A, never, async () => {
      world.storage.hangs = true;
      one.store.publish(SECOND);
      await Promise.resolve();
    });
    await world.clock.settle();
    await world.clock.run(add(two, 'a', 'signed in'));
    assert.equal(world.clock.ranMs, 180_000, 'a minute for the lock, one to read, and one to write');
    assert.equal(tokenOf(two, 'a'), 'signed in');
    world.storage.hangs = false;
    await world.clock.run(renewing);
    await world.clock.advance(120_000);
    for (const window of [one, two]) assert.equal(tokenOf(window, 'a'), 'signed in');
  });

  it('a replacement gives up after a minute, and is stored when the storage answers again', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.hangs = true;
    await assert.rejects(world.clock.run(window.store.replace(SECOND)), StoreError);
    assert.equal(world.clock.ranMs, 60_000);
    assert.equal(tokenOf(window, 'a'), 'second');
    await world.clock.advance(600_000);
    world.storage.hangs = false;
    await world.clock.advance(120_000);
    assert.equal(world.texts.a, textOf(SECOND));
  });

  for (const call of ['load', 'reread', 'rereadAll'] as const)
    it(`${call} gives up after a minute`, async () => {
      const world = new StoreWorld();
      const { store } = world.open();
      world.storage.hangs = true;
      await assert.rejects(world.clock.run(store[call]('a')), StoreError);
      assert.equal(world.clock.ranMs, 60_000);
    });
});
