import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { A_MOMENT_MS, KeyWorld, strangersPair } from '../support/keyWorld.ts';

const OLDER = 'warn A request for the key of stored sessions is older than this window: no answer.';

describe('a request for the key that was there before a window', () => {
  it('gets no answer, is removed, and is logged', async () => {
    const world = await KeyWorld.usedBefore();
    const { publicKey } = await strangersPair();
    world.state.set('keyRequest', { publicKey });
    const one = await world.ready();
    await world.clock.advance(60_000);
    assert.deepEqual([...world.answered], []);
    assert.deepEqual([...world.state.keys()], ['sessionKeyName']);
    assert.deepEqual(one.log.lines, [OLDER]);
  });

  it('gets no answer and is removed again when a stale window brings it back', async () => {
    const world = await KeyWorld.usedBefore();
    world.state.set('keyRequest', { publicKey: (await strangersPair()).publicKey });
    const stale = new Map(world.state);
    const windows = [await world.ready(), await world.ready()];
    for (const laterMs of [100, 1_000, 10_000]) {
      await world.clock.advance(laterMs);
      world.write(stale);
      await world.clock.advance(A_MOMENT_MS);
      assert.deepEqual([...world.state.keys()], ['sessionKeyName']);
    }
    assert.deepEqual([...world.answered], []);
    for (const window of windows) assert.deepEqual(window.log.lines, [OLDER]);
  });

  it('gets no answer from windows that start together, even before they have their key', async () => {
    const world = await KeyWorld.usedBefore();
    const { publicKey } = await strangersPair();
    world.state.set('keyRequest', { publicKey });
    const windows = [world.open(), world.asking(), world.open()];
    await world.clock.run(Promise.all(windows.map(({ key }) => key.cipher())));
    await world.clock.advance(60_000);
    assert.equal(world.answered.has(publicKey), false);
    assert.equal(world.answered.size, 1);
    await world.agreedName(); // throws if they do not agree
    assert.deepEqual([...world.state.keys()], ['sessionKeyName']);
  });

  it('gets no answer from a window that cannot remove it, and is removed as soon as that works', async () => {
    const world = await KeyWorld.usedBefore();
    world.state.set('keyRequest', { publicKey: (await strangersPair()).publicKey });
    const one = world.open(new Error('cannot be written'));
    await world.clock.run(one.key.cipher());
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual(one.warnings, [
      OLDER,
      'warn A request for the key of stored sessions stays: Error.',
      'warn Other windows may miss the key of stored sessions: Error.',
    ]);
    one.memento.writeFailure = undefined;
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual([...world.state.keys()], ['sessionKeyName']);
    assert.deepEqual([...world.answered], []);
  });

  for (const odd of ['garbage', 5, null, {}, { publicKey: 5 }, [{ publicKey: 'x' }]])
    it(`is removed when it is ${JSON.stringify(odd)}`, async () => {
      const world = await KeyWorld.usedBefore();
      world.state.set('keyRequest', odd);
      const one = await world.ready();
      await world.clock.advance(A_MOMENT_MS);
      assert.deepEqual([[...world.state.keys()], one.warnings], [['sessionKeyName'], [OLDER]]);
    });

  it('takes its answer along', async () => {
    const world = await KeyWorld.usedBefore();
    world.state.set('keyRequest', { publicKey: 'x' }).set('keyAnswer', { to: 'x', from: 'y', sealed: '' });
    await world.ready();
    await world.clock.advance(A_MOMENT_MS);
    assert.deepEqual([...world.state.keys()], ['sessionKeyName']);
  });

  it('does not count as an answer to a window that asks', async () => {
    const world = await KeyWorld.usedBefore();
    world.state.set('keyAnswer', { to: 'another window', from: 'y', sealed: 'AAAA' });
    const two = world.asking();
    await world.clock.run(two.key.cipher());
    assert.deepEqual(two.log.lines, ['info No key of stored sessions yet: making one.']);
  });
});
