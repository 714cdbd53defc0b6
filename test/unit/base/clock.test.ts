import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';

import { pause, systemClock } from '../../../src/base/clock.ts';
import { FakeClock } from '../support/fakeClock.ts';

const never = new AbortController().signal;

describe('pause', () => {
  it('waits for the given time', async () => {
    for (const ms of [1, 4_999, 5_000, 5_001, 60_000]) {
      const clock = new FakeClock();
      await clock.run(pause(clock, ms, never));
      assert.equal(clock.ranMs, ms);
      assert.equal(clock.pending, 0);
    }
  });

  it('does not wait for 0 ms or less', async () => {
    const clock = new FakeClock();
    await clock.run(pause(clock, 0, never));
    await clock.run(pause(clock, -5, never));
    assert.equal(clock.ranMs, 0);
  });

  it('ends within 5 s after the wall clock jumps past the end', async () => {
    const clock = new FakeClock();
    clock.at(12_000, () => {
      clock.jump(3_600_000);
    });
    await clock.run(pause(clock, 60_000, never));
    assert.equal(clock.ranMs, 15_000);
  });

  it('counts a short jump of the wall clock as waiting time', async () => {
    const clock = new FakeClock();
    clock.at(2_000, () => {
      clock.jump(10_000);
    });
    await clock.run(pause(clock, 20_000, never));
    assert.equal(clock.ranMs, 10_000);
  });

  it('does not wait longer after a jump backward', async () => {
    const clock = new FakeClock();
    clock.at(2_000, () => {
      clock.jump(-3_600_000);
    });
    await clock.run(pause(clock, 20_000, never));
    assert.equal(clock.ranMs, 20_000);
  });

  it('rejects immediately with the abort reason and leaves no timer', async () => {
    const clock = new FakeClock();
    const cancel = new AbortController();
    const reason = new Error('canceled');
    clock.at(7_000, () => {
      cancel.abort(reason);
    });
    await assert.rejects(clock.run(pause(clock, 60_000, cancel.signal)), (error) => error === reason);
    assert.equal(clock.ranMs, 7_000);
    assert.equal(clock.pending, 0);
  });
});

describe('systemClock', () => {
  it('returns the wall clock time', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_234 });
    assert.equal(systemClock.now(), 1_234);
  });

  it('sleeps, then removes its abort listener', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { signal } = new AbortController();
    const removed = mock.method(signal, 'removeEventListener');
    let awake = false;
    const sleeping = systemClock.sleep(1_000, signal).then(() => {
      awake = true;
    });
    t.mock.timers.tick(999);
    await Promise.resolve();
    assert.equal(awake, false);
    t.mock.timers.tick(1);
    await sleeping;
    assert.deepEqual(
      removed.mock.calls.map(({ arguments: [type] }) => type),
      ['abort'],
    );
  });

  it('rejects immediately with the abort reason and clears its timer', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const cleared = t.mock.method(globalThis, 'clearTimeout');
    const cancel = new AbortController();
    const reason = new Error('canceled');
    const sleeping = systemClock.sleep(1_000, cancel.signal);
    cancel.abort(reason);
    await assert.rejects(sleeping, (error) => error === reason);
    assert.equal(cleared.mock.callCount(), 1);
  });

  it('starts no timer when the signal is already aborted', async (t) => {
    const timeout = t.mock.method(globalThis, 'setTimeout');
    const reason = new Error('canceled');
    await assert.rejects(systemClock.sleep(1_000, AbortSignal.abort(reason)), (error) => error === reason);
    assert.equal(timeout.mock.callCount(), 0);
  });
});
