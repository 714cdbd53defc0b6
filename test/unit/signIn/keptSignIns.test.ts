import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { HeldElsewhereError } from '../../../src/sessions/ports.ts';
import { KeptSignIns } from '../../../src/signIn/keptSignIns.ts';
import { type KeptWindow, KeptWorld, TAKEN_OVER_MS } from '../support/keptWorld.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeStorage } from '../support/fakeStorage.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const FAILURE = new Error('a message');

describe('taking over the sign-ins of earlier windows', () => {
  it('is awaited, and is over at once for a window that has not begun it', async () => {
    const world = new KeptWorld('sigma');
    await world.close(await world.begun());
    const next = world.open();
    let isOver = false;
    const wait = (): void => void next.signIns.takeOverFinished().then(() => (isOver = true));
    wait();
    await world.clock.settle();
    assert.equal(isOver, true);
    isOver = false;
    world.kept.readMs = 1_000;
    world.takeOver(next);
    wait();
    await world.clock.advance(999);
    assert.equal(isOver, false);
    await world.clock.advance(10_000);
    assert.deepEqual([isOver, next.screens.length], [true, 1]);
    await world.end();
  });

  for (const [what, error, closes, logged] of [
    ['fails', FAILURE, false, ['warn A sign-in in progress cannot be continued: Error.']],
    ['fails while its window closes', FAILURE, true, []],
    ['finds the lock with another window', new HeldElsewhereError(), false, []],
  ] as const)
    it(`hands nothing over and ends when it ${what}`, async () => {
      const world = new KeptWorld('sigma');
      await world.kill(await world.begun());
      const clock = new FakeClock();
      const [log, closed] = [new RecordingLog(), new AbortController()];
      const locks = {
        withLock: (): Promise<never> => {
          if (closes) closed.abort(new Error('closed'));
          return Promise.reject(error);
        },
        claimFor: () => Promise.resolve(true),
      };
      const storage = world.kept.workWindow();
      const signIns = new KeptSignIns({ storage, locks, runtime: { clock, log, closed: closed.signal } });
      await signIns.takeOver(() => assert.fail('handed over'));
      assert.deepEqual(log.lines, logged);
      assert.equal(world.inProgress().length, 1);
      closed.abort(new Error('closed'));
      await world.end();
    });
});

describe('sign-ins in progress', () => {
  it('are kept side by side, each under a lock of its own', async () => {
    const world = new KeptWorld('sigma');
    const windows = [await world.begun(), await world.begun('ann')];
    assert.equal(world.inProgress().length, 2);
    for (const window of windows) await world.kill(window);
    const next = await world.started();
    await world.clock.advance(TAKEN_OVER_MS);
    assert.equal(next.screens.length, 2);
    await world.end();
  });
});

describe('what another window has left of its sign-in', () => {
  async function leftover(): Promise<[world: KeptWorld, window: KeptWindow, id: string]> {
    const world = new KeptWorld('sigma');
    await world.kill(await world.begun());
    const [id] = world.inProgress();
    assert.ok(id);
    return [world, world.open(), id];
  }

  it('is ended, once', async () => {
    const [world, window, id] = await leftover();
    await window.signIns.endLeftover(undefined);
    await window.signIns.endLeftover('unknown');
    assert.deepEqual(world.inProgress(), [id]);
    await window.signIns.endLeftover(id);
    assert.deepEqual(world.inProgress(), []);
    const before = [...world.kept.stored.keys()];
    await window.signIns.endLeftover(id);
    assert.deepEqual([...world.kept.stored.keys()], before);
    await world.end();
  });

  it('is not what this window works on', async () => {
    const world = new KeptWorld('sigma');
    const window = await world.begun();
    await window.signIns.endLeftover(world.inProgress()[0]);
    assert.equal(world.inProgress().length, 1);
    await world.end();
  });

  for (const closes of [false, true])
    it(`is reported when it cannot be ended${closes ? ', but not by a window that closes' : ''}`, async () => {
      const [world, window, id] = await leftover();
      world.kept.readFailure = FAILURE;
      if (closes) window.closed.abort(new Error('closed'));
      await window.signIns.endLeftover(id);
      assert.deepEqual(
        window.log.lines.filter((line) => line.includes('stored')),
        closes ? [] : ['warn A finished sign-in may still be stored: Error.'],
      );
      world.kept.readFailure = undefined;
      await world.end();
    });
});

describe('a window that closes', () => {
  it('waits for its sign-ins for four seconds at most', async () => {
    const clock = new FakeClock();
    const storage = new FakeStorage(clock);
    const closed = new AbortController();
    const never = (): Promise<never> => new Promise(() => undefined);
    const signIns = new KeptSignIns({
      storage: storage.workWindow(),
      locks: { withLock: never, claimFor: () => Promise.resolve(true) },
      runtime: { clock, log: new RecordingLog(), closed: closed.signal },
    });
    const kept = signIns.begin({ format: 1, serviceId: 'adom', scopes: [], isForExtension: false });
    const state = { isOver: false };
    void signIns.finish().then(() => (state.isOver = true));
    assert.equal(kept.signal.aborted, true);
    await clock.advance(3_999);
    assert.equal(state.isOver, false);
    await clock.advance(1);
    assert.equal(state.isOver, true);
  });

  it('leaves no timer when there is nothing to wait for', async () => {
    const world = new KeptWorld('sigma');
    const window = world.open();
    await world.clock.settle();
    const before = world.clock.pending;
    await window.signIns.finish();
    await world.clock.settle();
    assert.equal(world.clock.pending, before);
    await world.end();
  });
});
