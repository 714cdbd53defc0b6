import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  afterAmendment,
  afterSignIn,
  deserialize,
  type SessionRecord,
} from '../../../src/sessions/record.ts';
import { endedOf, recordOf } from '../support/record.ts';
import { add, renewed, type StoreWindow, StoreWorld, tokenOf } from '../support/storeWorld.ts';

const A = recordOf('a');
const ENDED = endedOf('a');
const canceled = new Error('canceled');

interface Case {
  readonly world: StoreWorld;
  readonly one: StoreWindow;
  readonly two: StoreWindow;
}

/** Window one adds `canceled token` to the session `a`. The user cancels after this many milliseconds. */
async function cancelAfter(ms: number, before?: SessionRecord): Promise<Case> {
  const world = new StoreWorld();
  if (before !== undefined) world.have(before);
  const [one, two] = [await world.ready(), await world.ready()];
  [world.storage.readMs, world.storage.writeMs] = [1_000, 20_000];
  const cancel = new AbortController();
  const adding = add(one, 'a', 'canceled token', cancel.signal);
  world.clock.at(ms, () => {
    cancel.abort(canceled);
  });
  await assert.rejects(world.clock.run(adding), (error) => error === canceled);
  assert.equal(world.clock.ranMs, ms, 'the caller does not wait');
  return { world, one, two };
}

/** The read takes one second, and the write twenty seconds after it. */
const MOMENTS = [
  ['at the beginning', 0],
  ['during the read', 500],
  ['during the write', 5_000],
  ['just before the write lands', 20_999],
] as const;

describe('session store: the user cancels while a sign-in is being stored', () => {
  for (const [name, ms] of MOMENTS) {
    it(`${name}: nothing is left of a first sign-in`, async () => {
      const { world, one, two } = await cancelAfter(ms);
      await world.clock.advance(120_000);
      for (const window of [one, two]) {
        assert.deepEqual(await world.live(window), []);
        assert.doesNotMatch(JSON.stringify(window.store.records()), /canceled token/);
      }
      assert.doesNotMatch(JSON.stringify(world.texts), /canceled token/);
      assert.deepEqual(one.told, []);
    });

    it(`${name}: the earlier session stays as it was`, async () => {
      const { world, one, two } = await cancelAfter(ms, A);
      assert.equal(tokenOf(one, 'a'), 'token of a');
      await world.clock.advance(120_000);
      for (const { store } of [one, two]) {
        const { version, ...rest } = store.liveSession('a') ?? assert.fail();
        const { version: versionBefore, ...restBefore } = A;
        assert.deepEqual(rest, restBefore);
      }
      assert.deepEqual(deserialize('a', world.texts.a ?? ''), one.store.get('a'));
      assert.deepEqual(one.told, []);
    });

    it(`${name}: an ended session stays ended`, async () => {
      const { world, one, two } = await cancelAfter(ms, ENDED);
      await world.clock.advance(120_000);
      for (const { store } of [one, two]) assert.equal(store.get('a')?.state, 'ended');
      assert.deepEqual(deserialize('a', world.texts.a ?? ''), one.store.get('a'));
      assert.deepEqual(one.told, []);
    });
  }

  it('a sign-in in the other window waits until the canceled one is undone, and stays', async () => {
    const { world, one, two } = await cancelAfter(5_000, A);
    world.storage.writeMs = 10_000; // the canceled write lands after 20 s all the same
    await world.clock.run(add(two, 'a', 'second'));
    await world.clock.advance(120_000);
    for (const window of [one, two]) assert.equal(tokenOf(window, 'a'), 'second');
  });

  it('a canceled sign-in is undone even when storage fired its change before the write ended', async () => {
    for (const before of [undefined, A]) {
      const world = new StoreWorld();
      if (before !== undefined) world.have(before);
      const window = await world.ready();
      world.storage.writeMs = 5_000;
      const cancel = new AbortController();
      const adding = add(window, 'a', 'canceled token', cancel.signal);
      world.clock.at(1_000, () => {
        const version = before === undefined ? A.version : afterSignIn(before.version);
        const grant = { ...A.grant, accessToken: 'canceled token' };
        world.put(recordOf('a', { version, grant }));
      });
      world.clock.at(3_000, () => {
        cancel.abort(canceled);
      });
      await assert.rejects(world.clock.run(adding), (error) => error === canceled);
      await world.clock.advance(120_000);
      assert.equal(tokenOf(window, 'a'), before?.grant.accessToken);
      assert.doesNotMatch(JSON.stringify(world.texts), /canceled token/);
    }
  });

  it('a canceled sign-in revives nothing that another window has ended meanwhile', async () => {
    const world = new StoreWorld();
    world.have(A);
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.writeMs = 5_000;
    const ended = endedOf('a', { reason: 'rejected', version: afterAmendment(A.version) });
    const ending = two.store.replace(ended);
    await world.clock.advance(1_000);
    const cancel = new AbortController();
    const adding = add(one, 'a', 'canceled token', cancel.signal);
    world.clock.at(5_500, () => {
      cancel.abort(canceled);
    });
    await assert.rejects(world.clock.run(adding), (error) => error === canceled);
    await world.clock.run(ending);
    await world.clock.advance(120_000);
    for (const { store } of [one, two]) assert.equal(store.get('a')?.state, 'ended');
  });

  it('a canceled sign-in leaves what another window has renewed meanwhile', async () => {
    const world = new StoreWorld();
    world.have(A);
    const window = await world.ready();
    world.storage.writeMs = 5_000;
    const cancel = new AbortController();
    const adding = add(window, 'a', 'canceled token', cancel.signal);
    world.clock.at(1_000, () => {
      world.put(renewed(A, 'of another window'));
    });
    world.clock.at(2_000, () => {
      cancel.abort(canceled);
    });
    await assert.rejects(world.clock.run(adding), (error) => error === canceled);
    await world.clock.advance(120_000);
    assert.equal(tokenOf(window, 'a'), 'of another window');
    assert.doesNotMatch(JSON.stringify(world.texts), /canceled token/);
  });

  it('a canceled sign-in is undone later when the storage fails in between', async () => {
    const { world, one } = await cancelAfter(5_000, A);
    world.storage.writeFailure = new Error('locked');
    await world.clock.advance(120_000);
    world.storage.writeFailure = undefined;
    await world.clock.advance(120_000);
    assert.equal(tokenOf(one, 'a'), 'token of a');
    assert.doesNotMatch(JSON.stringify(world.texts), /canceled token/);
  });

  it('a sign-in stays that the user cancels while its lock is being released', async () => {
    const world = new StoreWorld();
    const window = await world.ready();
    [world.storage.writeMs, world.locks.releaseMs] = [1_000, 2_000];
    const cancel = new AbortController();
    const adding = add(window, 'a', 'token', cancel.signal);
    world.clock.at(2_000, () => {
      cancel.abort(canceled);
    });
    await world.clock.run(adding);
    assert.equal(world.clock.ranMs, 1_000, 'the caller does not wait for the lock');
    await world.clock.advance(120_000);
    assert.equal(tokenOf(window, 'a'), 'token');
  });

  it('the caller does not wait either while another window holds the lock', async () => {
    const world = new StoreWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    const holding = two.store.whileGranting(A, two.closed.signal, () =>
      world.clock.sleep(3_600_000, two.closed.signal),
    );
    await world.clock.settle();
    const cancel = new AbortController();
    const adding = add(one, 'a', 'canceled token', cancel.signal);
    world.clock.at(2_000, () => {
      cancel.abort(canceled);
    });
    await assert.rejects(world.clock.run(adding), (error) => error === canceled);
    assert.equal(world.clock.ranMs, 2_000);
    await world.clock.run(holding);
    await world.clock.advance(120_000);
    assert.deepEqual(world.texts, {});
  });
});
