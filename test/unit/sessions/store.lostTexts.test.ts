import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { itemOf } from '../../../src/sessions/items.ts';
import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { textOf } from '../support/fakeStorage.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { add, renewed, signedInAgain, StoreWorld, tokenOf } from '../support/storeWorld.ts';

const A = recordOf('a');
const B = recordOf('b', { signedInAtMs: 2_000 });
const SECOND = renewed(A, 'second');
const THIRD = renewed(SECOND, 'third');

describe('session store: storage that loses or changes texts without an event', () => {
  for (const [name, before] of [
    ['a renewed session', SECOND],
    ['a session after a second sign-in', signedInAgain(A, 'again')],
    ['an ended session', endedOf('a', { version: { ...A.version, amendment: 1 } })],
    ['a signed-out session', removedOf('a')],
  ] as const)
    it(`an old text of ${name} is replaced by the newest one`, async () => {
      const world = new StoreWorld();
      world.have(before);
      const windows = [await world.ready(), await world.ready()];
      world.put(A);
      await world.clock.advance(10_000);
      assert.equal(world.texts.a, textOf(before));
      for (const { store, told } of windows) assert.deepEqual([store.get('a'), told], [before, []]);
    });

  it('a deleted text is written again, and is not a sign-out', async () => {
    const world = new StoreWorld();
    world.have(A);
    const windows = [await world.ready(), await world.ready()];
    world.storage.lose('a');
    await world.clock.advance(10_000);
    assert.equal(world.texts.a, textOf(A));
    for (const { store, told } of windows) assert.deepEqual([store.get('a'), told], [A, []]);
  });

  it('a window that opened with an old text is told when another window writes the newest one again', async () => {
    const world = new StoreWorld();
    world.have(SECOND);
    const one = await world.ready();
    world.storage.stored.clear();
    world.have(A); // without an event
    const two = await world.ready();
    assert.equal(tokenOf(two, 'a'), 'token of a');
    await world.clock.run(one.store.reread('a'));
    await world.clock.advance(10_000);
    assert.deepEqual([tokenOf(one, 'a'), tokenOf(two, 'a')], ['second', 'second']);
  });

  it('an event without an id makes a window read all sessions', async () => {
    const world = new StoreWorld();
    world.have(A, B);
    const window = await world.ready();
    world.have(SECOND, removedOf('b'), recordOf('c')); // without events
    world.storage.tellOfAll();
    assert.deepEqual(await world.live(window), ['a', 'c']);
    assert.equal(tokenOf(window, 'a'), 'second');
    assert.deepEqual([...window.told].sort(), ['added c', 'changed a', 'removed b']);
  });

  const unreadable = (): [name: string, text: string][] => [
    [itemOf(renewed(B, 'second')).name, 'garbage'],
    ['b.9-9-9.d5a6cd8e0cd2ec2d', textOf(recordOf('c'))],
  ];
  for (const [name, text] of unreadable())
    it(`an unreadable text hides no other session, and no older text stands in for it: ${name}`, async () => {
      const world = new StoreWorld();
      world.have(A, B);
      world.storage.stored.set(name, text);
      const window = await world.ready();
      assert.deepEqual(await world.live(window), ['a']);
      assert.equal(window.store.isUnreadable('b'), true);
      await assert.rejects(world.clock.run(window.store.reread('b')), StoreError);
      assert.equal(world.storage.stored.get(name), text);
      assert.equal(window.log.lines.length, 1);
      assert.doesNotMatch(window.log.lines.join(), /token|garbage/);
    });

  it('a session stays in memory while its newest text cannot be read, and gets no newer token', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    const { name } = itemOf(THIRD);
    world.storage.stored.set(name, 'of a later version');
    world.storage.tellOfAll();
    assert.deepEqual(await world.live(window), ['a']);
    await assert.rejects(world.clock.run(window.store.reread('a')), StoreError);
    await world.clock.run(window.store.replace(SECOND));
    const third = await world.ready();
    assert.equal(third.store.get('a'), undefined, 'an older one does not stand in for it');
    assert.equal(world.storage.stored.get(name), 'of a later version');
  });

  it('a session that is listed and never has a text, such as a damaged file, counts as unreadable', async (t) => {
    const world = new StoreWorld();
    world.have(A);
    const place = world.storage.window();
    t.mock.method(world.storage, 'window', () => ({ ...place, read: () => Promise.resolve(undefined) }));
    const { store } = await world.ready();
    assert.deepEqual([store.get('a'), store.isUnreadable('a')], [undefined, true]);
    await assert.rejects(world.clock.run(store.reread('a')), {
      name: 'StoreError',
      message: 'The newest version of the session cannot be read',
    });
    world.put(removedOf('a'));
    await world.clock.settle();
    assert.deepEqual([store.get('a')?.state, store.isUnreadable('a')], ['removed', false]);
  });

  it('a session that storage does not give is tried again, in one series, until it does', async () => {
    const world = new StoreWorld();
    world.have(A, B);
    world.storage.unreadable.add('a');
    const { store, told } = await world.ready();
    assert.deepEqual([store.get('a'), store.isUnreadable('a'), store.get('b')], [undefined, true, B]);
    for (let times = 0; times < 3; times++)
      await assert.rejects(world.clock.run(store.reread('a')), StoreError);
    assert.equal(world.clock.pending, 1);
    await world.clock.advance(5_000);
    assert.deepEqual([store.isUnreadable('a'), world.clock.pending], [true, 1]);
    world.storage.unreadable.delete('a');
    await world.clock.advance(5_000);
    assert.deepEqual([store.get('a'), store.isUnreadable('a'), told], [A, false, ['added a']]);
    assert.equal(world.clock.pending, 0);
    world.storage.unreadable.add('a');
    world.put(SECOND);
    await world.clock.settle();
    assert.deepEqual([store.get('a'), world.clock.pending], [A, 1], 'a new series');
  });

  it('a damaged session is not tried again, even after storage did not give it', async () => {
    const world = new StoreWorld();
    world.have(A);
    world.storage.unreadable.add('a');
    const { store } = await world.ready();
    for (const name of world.storage.stored.keys()) world.storage.stored.set(name, 'damaged');
    world.storage.unreadable.delete('a');
    await world.clock.advance(5_000);
    assert.deepEqual([store.isUnreadable('a'), world.clock.pending], [true, 0]);
  });

  it('a sign-in next to an unreadable session makes a new session', async () => {
    const world = new StoreWorld();
    world.have(B);
    world.storage.stored.set(itemOf(renewed(B, 'second')).name, 'of a later version');
    const window = await world.ready();
    const { record } = await world.clock.run(add(window, 'b', 'new'));
    assert.notEqual(record.id, 'b');
  });
});
