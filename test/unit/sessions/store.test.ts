import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';

import { itemOf } from '../../../src/sessions/items.ts';
import { textOf } from '../support/fakeStorage.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { add, renewed, StoreWorld, tokenOf } from '../support/storeWorld.ts';

const A = recordOf('a');
const B = recordOf('b', { signedInAtMs: 2_000 });

describe('session store: what it holds', () => {
  it('a session is the same after a restart', async () => {
    const world = new StoreWorld();
    await world.clock.run(world.open().store.replace(A));
    const next = await world.ready();
    assert.deepEqual(next.store.get('a'), A);
    assert.deepEqual(next.told, [], 'what a window finds at its start is no change');
  });

  it('each session has a text of its own, and nothing else is stored', async () => {
    const world = new StoreWorld();
    const { store } = await world.ready();
    await world.clock.run(store.replace(A));
    await world.clock.run(store.replace(B));
    assert.deepEqual(world.texts, { a: textOf(A), b: textOf(B) });
  });

  it('nothing is known before a load, and nothing is read without being asked', async () => {
    const world = new StoreWorld();
    world.have(A);
    const listed = mock.method(world.storage.stored, 'keys');
    const { store, log } = world.open();
    await world.clock.settle();
    assert.deepEqual([store.records(), listed.mock.callCount(), log.lines], [[], 0, []]);
  });

  it('storage is read once, however often load is called', async () => {
    const world = new StoreWorld();
    world.have(A);
    const { store } = world.open();
    const listed = mock.method(world.storage.stored, 'keys');
    await world.clock.run(Promise.all([store.load(), store.load()]));
    assert.equal(listed.mock.callCount(), 1);
    world.storage.readFailure = new Error('locked');
    await world.clock.run(store.load());
    assert.deepEqual(store.get('a'), A);
  });

  it('sessions of all services are there, oldest sign-in first, without those that were signed out', async () => {
    const world = new StoreWorld();
    world.have(
      recordOf('young', { signedInAtMs: 4_000 }),
      endedOf('ended', { signedInAtMs: 2_000 }),
      removedOf('removed'),
      recordOf('old', { signedInAtMs: 1_000 }),
      recordOf('other', { signedInAtMs: 3_000, serviceId: 'adom' }),
    );
    const { store } = await world.ready();
    assert.deepEqual(
      store.sessions().map(({ id }) => id),
      ['old', 'ended', 'other', 'young'],
    );
    assert.equal(store.records().length, 5);
    await world.clock.run(store.replace(removedOf('other')));
    await world.clock.run(store.remove(endedOf('ended')));
    await world.clock.run(store.replace(recordOf('new', { signedInAtMs: 3_500 })));
    assert.deepEqual(
      store.sessions().map(({ id }) => id),
      ['old', 'new', 'young'],
    );
  });

  it('liveSession finds only live sessions', async () => {
    const world = new StoreWorld();
    world.have(A, endedOf('ended'), removedOf('removed'));
    const { store } = await world.ready();
    assert.deepEqual(store.liveSession('a'), A);
    for (const id of ['ended', 'removed', 'unknown']) assert.equal(store.liveSession(id), undefined);
    assert.equal(store.get('removed')?.state, 'removed');
    assert.equal(store.get('unknown'), undefined);
  });
});

describe('session store: changes in one window', () => {
  for (const eventsFirst of [true, false])
    it(`each change fires once, when the storage event comes ${eventsFirst ? 'before' : 'after'} the answer`, async () => {
      const world = new StoreWorld();
      world.storage.eventsFirst = eventsFirst;
      const window = await world.ready();
      for (const record of [A, A, renewed(A, 'renewed'), removedOf('a')]) {
        await world.clock.run(window.store.replace(record));
        await world.live(window);
      }
      assert.deepEqual(window.told, ['added a', 'changed a', 'removed a']);
    });

  it('a listener gets the session as it was before its removal', async () => {
    const world = new StoreWorld();
    world.have(A);
    const { store } = await world.ready();
    const changes: unknown[] = [];
    store.onDidChange((change) => changes.push(change));
    await world.clock.run(store.replace(removedOf('a')));
    assert.deepEqual(changes, [{ kind: 'removed', record: A, isSignIn: false }]);
  });

  it('neither a disposed listener nor a disposed store gets events', async () => {
    const world = new StoreWorld();
    const { store, told } = await world.ready();
    const more: unknown[] = [];
    store.onDidChange((change) => more.push(change)).dispose();
    await world.clock.run(store.replace(A));
    assert.deepEqual([told.length, more.length], [1, 0]);
    store.dispose();
    assert.equal(world.storage.listeners, 0);
    await world.clock.run(store.replace(B));
    assert.equal(told.length, 1);
  });

  it('a replacement is in memory at once, and in storage later', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.writeMs = 3_000;
    const replacing = window.store.replace(removedOf('a'));
    assert.equal(window.store.liveSession('a'), undefined);
    assert.deepEqual(window.told, ['removed a']);
    assert.equal(world.texts.a, textOf(A));
    await world.clock.run(replacing);
    assert.equal(world.texts.a, textOf(removedOf('a')));
  });

  it('an addition is in storage first, and in memory later', async () => {
    const world = new StoreWorld();
    const window = await world.ready();
    world.storage.writeMs = 3_000;
    const adding = add(window, 'a', 'first');
    await world.clock.advance(2_900);
    assert.equal(window.store.get('a'), undefined);
    await world.clock.run(adding);
    assert.equal(tokenOf(window, 'a'), 'first');
    assert.deepEqual(window.told, ['added a']);
  });

  it('an addition returns the version that it replaced', async () => {
    const world = new StoreWorld();
    const window = await world.ready();
    const first = await world.clock.run(add(window, 'a', 'first'));
    assert.equal(first.replaced, undefined);
    const second = await world.clock.run(add(window, 'a', 'second'));
    assert.deepEqual(second.replaced, first.record);
    assert.equal(tokenOf(window, 'a'), 'second');
  });

  it('a sign-in does not continue a session that was signed out', async () => {
    const world = new StoreWorld();
    world.have(removedOf('a'));
    const window = await world.ready();
    const { record, replaced } = await world.clock.run(add(window, 'a', 'second'));
    assert.notEqual(record.id, 'a');
    assert.equal(replaced, undefined);
    assert.deepEqual(window.told, [`added ${record.id}`]);
    assert.equal(world.texts.a, textOf(removedOf('a')));
  });

  it('an older version replaces nothing, neither in memory nor in storage', async () => {
    const world = new StoreWorld();
    const newer = renewed(A, 'renewed');
    world.have(newer);
    const window = await world.ready();
    await world.clock.run(window.store.replace(A));
    assert.deepEqual(window.store.get('a'), newer);
    assert.equal(world.texts.a, textOf(newer));
    assert.deepEqual(window.told, []);
  });

  it('removing the same session several times is one change', async () => {
    const world = new StoreWorld();
    world.have(A);
    const { store, told } = await world.ready();
    const remove = (): Promise<void> => store.replace(removedOf('a'));
    await world.clock.run(Promise.all([remove(), remove()]));
    await world.clock.run(remove());
    assert.deepEqual(told, ['removed a']);
  });

  it('a removed session leaves a mark without data, in memory and in storage', async () => {
    const world = new StoreWorld();
    world.have(A, endedOf('old'));
    const [window, other] = [await world.ready(), await world.ready()];
    await world.clock.run(window.store.remove(endedOf('old')));
    assert.deepEqual(await world.live(window), ['a']);
    for (const { store } of [window, other]) assert.deepEqual(store.get('old'), removedOf('old'));
    assert.deepEqual([...world.storage.stored.keys()].map((name) => name.split('.')[2]).sort()[1], 'removed');
    assert.deepEqual(window.told, []);
  });

  it('a change of one session makes a window read only that one', async () => {
    const world = new StoreWorld();
    world.have(A, B);
    await world.ready();
    const read = mock.method(world.storage.stored, 'get');
    world.put(renewed(A, 'second'));
    await world.clock.settle();
    assert.deepEqual(
      read.mock.calls.map(({ arguments: [name] }) => name),
      [itemOf(renewed(A, 'second')).name],
    );
  });

  it('a change of an unknown session is not a failure', async () => {
    const world = new StoreWorld();
    const window = await world.ready();
    world.storage.lose('unknown');
    await world.live(window);
    assert.deepEqual([window.log.lines, window.store.records()], [[], []]);
  });
});
