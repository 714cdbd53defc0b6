import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf } from '../../../src/sessions/items.ts';
import { textOf } from '../support/fakeStorage.ts';
import { recordOf, removedOf } from '../support/record.ts';
import { add, renewed, StoreWorld, tokenOf } from '../support/storeWorld.ts';

const A = recordOf('a');
const B = recordOf('b', { signedInAtMs: 2_000 });
const SECOND = renewed(A, 'second');
const THIRD = renewed(SECOND, 'third');

describe('session store: two windows', () => {
  it('hear about each other’s changes, once each', async () => {
    const world = new StoreWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    await world.clock.run(one.store.replace(A));
    assert.deepEqual(await world.live(two), ['a']);
    await world.clock.run(two.store.replace(B));
    assert.deepEqual(await world.live(one), ['a', 'b']);
    await world.clock.run(two.store.replace(SECOND));
    await world.live(one);
    assert.equal(tokenOf(one, 'a'), 'second');
    await world.clock.run(one.store.replace(removedOf('b')));
    assert.deepEqual(await world.live(two), ['a']);
    const all = ['added a', 'added b', 'changed a', 'removed b'];
    assert.deepEqual([one.told, two.told], [all, all]);
  });

  it('write two sessions at the same time, and both stay', async () => {
    const world = new StoreWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    [world.storage.readMs, world.storage.writeMs] = [20, 50];
    await world.clock.run(Promise.all([one.store.replace(A), two.store.replace(B)]));
    for (const window of [one, two]) assert.deepEqual(await world.live(window), ['a', 'b']);
  });

  it('remove the same session at the same time', async () => {
    const world = new StoreWorld();
    world.have(A);
    const windows = [await world.ready(), await world.ready()];
    const removals = windows.map(({ store }) => store.replace(removedOf('a')));
    await world.clock.run(Promise.all(removals));
    for (const window of windows) {
      assert.deepEqual(await world.live(window), []);
      assert.deepEqual(window.told, ['removed a']);
    }
  });

  it('make the same version at the same time, and agree on one of the two', async () => {
    const world = new StoreWorld();
    world.have(A);
    const [one, two] = [await world.ready(), await world.ready()];
    [world.storage.readMs, world.storage.writeMs] = [20, 50];
    const both = [one.store.replace(renewed(A, 'from one')), two.store.replace(renewed(A, 'from two'))];
    await world.clock.run(Promise.all(both));
    await world.clock.advance(10_000);
    assert.deepEqual(one.store.get('a'), two.store.get('a'));
    assert.equal(world.texts.a, textOf(one.store.get('a') ?? assert.fail()));
    assert.match(tokenOf(one, 'a') ?? '', /^from (?:one|two)$/);
  });

  it('a sign-in in one window wins over a renewal in the other, in any order', async () => {
    for (const first of ['sign-in', 'renewal']) {
      const world = new StoreWorld();
      world.have(A);
      const [one, two] = [await world.ready(), await world.ready()];
      [world.storage.readMs, world.storage.writeMs] = [20, 50];
      const signIn = (): Promise<unknown> => add(one, 'a', 'signed in');
      const renewal = (): Promise<unknown> => two.store.replace(SECOND);
      const work = first === 'sign-in' ? [signIn(), renewal()] : [renewal(), signIn()];
      await world.clock.run(Promise.all(work));
      await world.clock.advance(10_000);
      for (const window of [one, two]) assert.equal(tokenOf(window, 'a'), 'signed in', first);
    }
  });

  it('an addition waits while the other window renews the session', async () => {
    const world = new StoreWorld();
    world.have(A);
    const [one, two] = [await world.ready(), await world.ready()];
    const renewing = two.store.whileGranting(A, new AbortController().signal, async () => {
      await world.clock.sleep(5_000, new AbortController().signal);
      await two.store.replace(SECOND);
    });
    await world.clock.settle();
    const added = await world.clock.run(add(one, 'a', 'signed in'));
    await world.clock.run(renewing);
    assert.equal(world.clock.ranMs, 5_000);
    assert.deepEqual(added.replaced, SECOND);
  });

  it('a change before the first read is found by it, and fires nothing', async () => {
    const world = new StoreWorld();
    const [one, two] = [world.open(), world.open()];
    await world.clock.run(one.store.replace(A));
    assert.deepEqual(await world.live(two), ['a']);
    assert.deepEqual(two.told, []);
  });

  for (const call of ['load', 'reread'] as const)
    it(`a session that another window replaces between the list and the read is read again: ${call}`, async () => {
      const world = new StoreWorld();
      world.have(A);
      const window = call === 'load' ? world.open() : await world.ready();
      if (call === 'reread') world.storage.have(SECOND);
      world.storage.readMs = 1_000;
      world.clock.at(world.clock.ranMs + 500, () => {
        world.storage.have(THIRD);
      });
      await world.clock.run(call === 'load' ? window.store.load() : window.store.reread('a'));
      assert.deepEqual(window.store.get('a'), THIRD);
      assert.equal(window.store.isUnreadable('a'), false);
    });

  it('a renewal hands its version on to the next owner of the lock', async () => {
    const world = new StoreWorld();
    world.have(A);
    const [one, two] = [await world.ready(), await world.ready()];
    await world.clock.run(
      one.store.whileGranting(A, one.closed.signal, () => {
        one.store.publish(SECOND);
        return Promise.resolve();
      }),
    );
    const handedOn = two.store.whileGranting(A, two.closed.signal, (lock) => Promise.resolve(lock.handedOn));
    assert.equal(await world.clock.run(handedOn), itemOf(SECOND).name);
  });

  it('a session that appears during the first read is there after it', async () => {
    const world = new StoreWorld();
    world.have(A);
    world.storage.readMs = 100;
    const [one, two] = [world.open(), world.open()];
    const loading = two.store.load();
    await world.clock.advance(50);
    await world.clock.run(one.store.replace(B));
    await world.clock.run(loading);
    assert.deepEqual(await world.live(two), ['a', 'b']);
  });
});

describe('session store: late reads and events', () => {
  it('a read that began before a removal does not bring the session back', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.readMs = 100;
    world.put(SECOND);
    await world.clock.advance(50); // the change is being read
    await world.clock.run(window.store.replace(removedOf('a')));
    assert.deepEqual(await world.live(window), []);
    assert.deepEqual(window.told, ['removed a']);
  });

  it('a removal wins over a renewal that another window writes at the same time', async () => {
    const world = new StoreWorld();
    world.have(A);
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.writeMs = 100;
    const work = [two.store.replace(SECOND), one.store.replace(removedOf('a'))];
    await world.clock.run(Promise.all(work));
    for (const window of [one, two]) assert.deepEqual(await world.live(window), []);
    assert.equal(one.told.at(-1), 'removed a');
    assert.equal(world.texts.a, textOf(removedOf('a')));
  });

  it('the first read does not undo a faster removal or change', async () => {
    const world = new StoreWorld();
    world.have(A, B);
    world.storage.readMs = 100;
    const window = world.open();
    const loading = window.store.load();
    await world.clock.advance(150); // both records are being read
    const changes = [window.store.replace(removedOf('a')), window.store.replace(renewed(B, 'renewed'))];
    await world.clock.run(loading);
    await world.clock.run(Promise.all(changes));
    assert.deepEqual(await world.live(window), ['b']);
    assert.equal(tokenOf(window, 'b'), 'renewed');
  });

  for (const [name, last, token] of [
    ['another change', THIRD, 'third'],
    ['a removal', removedOf('a'), undefined],
  ] as const)
    it(`when ${name} follows a change that is still being read, the last one counts`, async () => {
      const world = new StoreWorld();
      world.have(A);
      const window = await world.ready();
      world.storage.readMs = 100;
      world.put(SECOND);
      await world.clock.advance(50);
      world.put(last);
      await world.clock.advance(10_000);
      assert.equal(tokenOf(window, 'a'), token);
    });

  it('a read that ends after a later read changes nothing', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.readMs = 300;
    world.put(SECOND);
    await world.clock.advance(50);
    world.storage.readMs = 100;
    world.put(THIRD);
    await world.clock.advance(10_000);
    assert.equal(tokenOf(window, 'a'), 'third');
    assert.deepEqual(window.told, ['changed a']);
  });

  it('a session that another window adds and removes at once does not stay', async () => {
    const world = new StoreWorld();
    const window = await world.ready();
    world.storage.readMs = 100;
    world.put(A);
    await world.clock.advance(50);
    world.put(removedOf('a'));
    assert.deepEqual(await world.live(window), []);
  });
});
