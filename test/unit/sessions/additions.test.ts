import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SessionRecord } from '../../../src/sessions/record.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { add, renewed, signedInAgain, type StoreWindow, StoreWorld, tokenOf } from '../support/storeWorld.ts';

const A = recordOf('a');

async function windowWith(...records: SessionRecord[]): Promise<[StoreWorld, StoreWindow]> {
  const world = new StoreWorld();
  world.have(...records);
  return [world, await world.ready()];
}

/** What the next owner of the lock gets. */
function handedOnTo(world: StoreWorld, { store, closed }: StoreWindow): Promise<string | undefined> {
  return world.clock.run(store.whileGranting(A, closed.signal, (lock) => Promise.resolve(lock.handedOn)));
}

describe('a new sign-in', () => {
  for (const [what, before] of [
    ['nothing', undefined],
    ['a live session', A],
    ['an ended session', endedOf('a')],
  ] as const)
    it(`is stored and published, and tells what it has replaced: ${what}`, async () => {
      const [world, window] = await windowWith(...(before === undefined ? [] : [before]));
      const { record, replaced } = await world.clock.run(add(window, 'a', 'new'));
      assert.deepEqual([record.id, record.grant.accessToken, replaced], ['a', 'new', before]);
      assert.equal(record.version.signIn, before === undefined ? 1 : 2);
      assert.deepEqual(window.store.get('a'), record);
      assert.match(world.texts.a ?? '', /"new"/);
    });

  it('continues what another window has stored without an event', async () => {
    const [world, window] = await windowWith(A);
    const next = renewed(A, 'of another window');
    world.storage.have(next);
    const { replaced } = await world.clock.run(add(window, 'a', 'new'));
    assert.deepEqual(replaced, next);
  });

  it('gets an ID of its own when the session is signed out, or cannot be read', async () => {
    for (const unreadable of [false, true]) {
      const [world, window] = await windowWith(unreadable ? A : removedOf('a'));
      if (unreadable) world.storage.have(renewed(A, 'next'));
      if (unreadable) world.storage.unreadable.add('a');
      const { record, replaced } = await world.clock.run(add(window, 'a', 'new'));
      assert.notEqual(record.id, 'a');
      assert.equal(replaced, undefined);
      assert.equal(tokenOf(window, record.id), 'new');
    }
  });

  it('is stored under another ID when the session before it is signed out during the write', async () => {
    const [world, window] = await windowWith(A);
    world.storage.writeMs = 5_000;
    const adding = add(window, 'a', 'new');
    world.clock.at(1_000, () => {
      world.put(removedOf('a', { version: A.version }));
    });
    const { record, replaced } = await world.clock.run(adding);
    assert.notEqual(record.id, 'a');
    assert.equal(replaced, undefined);
    assert.equal(window.store.get('a')?.state, 'removed');
    assert.equal(tokenOf(window, record.id), 'new');
  });

  it('is not stored again when it is signed out itself during the write', async () => {
    const [world, window] = await windowWith(A);
    world.storage.writeMs = 5_000;
    const adding = add(window, 'a', 'new');
    const { version } = signedInAgain(A, 'new');
    world.clock.at(1_000, () => {
      world.put(removedOf('a', { version }));
    });
    assert.equal((await world.clock.run(adding)).record.id, 'a');
    await world.clock.advance(60_000);
    assert.deepEqual([window.store.get('a')?.state, window.store.sessions()], ['removed', []]);
  });

  for (const isCanceled of [false, true])
    it(`hands on ${isCanceled ? 'the version that undoes it when it is canceled' : 'its version'}`, async () => {
      const [world, window] = await windowWith(A);
      world.storage.writeMs = 5_000;
      const cancel = new AbortController();
      const adding = add(window, 'a', 'new', cancel.signal);
      if (isCanceled)
        world.clock.at(1_000, () => {
          cancel.abort(new Error('canceled'));
        });
      await world.clock.run(adding.catch(() => undefined));
      assert.match((await handedOnTo(world, window)) ?? '', isCanceled ? /^a\.3-0-0\./ : /^a\.2-0-0\./);
    });

  for (const isRead of [true, false])
    it(`${isRead ? 'replaces' : 'keeps'} what was handed on of a session that its window has ${isRead ? '' : 'not '}read`, async () => {
      const [world, one] = await windowWith(A);
      await world.clock.run(
        one.store.whileGranting(A, one.closed.signal, () => {
          one.store.publish(renewed(A, 'next'));
          return Promise.resolve();
        }),
      );
      if (!isRead) world.storage.readFailure = new Error('a message');
      await world.clock.run(add(world.open(), 'b', 'new'));
      world.storage.readFailure = undefined;
      assert.match((await handedOnTo(world, one)) ?? '', isRead ? /^b\.1-0-0\./ : /^a\.1-1-0\./);
    });

  it('is told to whoever listens when it is in memory only, once', async () => {
    const [world, window] = await windowWith();
    const told: string[] = [];
    window.store.onNotStored(({ id }) => told.push(id));
    world.storage.writeFailure = new Error('a message');
    await world.clock.run(add(window, 'a', 'new'));
    assert.deepEqual([told, tokenOf(window, 'a'), world.texts], [['a'], 'new', {}]);
    world.storage.writeFailure = undefined;
    await world.clock.advance(60_000);
    assert.match(world.texts.a ?? '', /"new"/);
    await world.clock.run(add(window, 'b', 'other'));
    window.store.dispose();
    world.storage.writeFailure = new Error('a message');
    await world.clock.run(add(window, 'c', 'other'));
    assert.deepEqual(told, ['a']);
  });

  it('fails at once for a record that could not be read back, and stores nothing', async () => {
    const [world, window] = await windowWith(A);
    const make = (): never => ({ ...A, scopes: 'x' }) as never;
    const adding = window.store.add({ session: A, find: () => 'a', make }, window.closed.signal);
    await assert.rejects(world.clock.run(adding), { name: '$ZodError' });
    assert.deepEqual([tokenOf(window, 'a'), window.told], ['token of a', []]);
  });
});
