import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';

import { abortable, NEVER, TimeLimitError, withTimeLimit } from '../../../src/base/timeLimit.ts';
import { FakeClock } from '../support/fakeClock.ts';

const reason = new Error('canceled');
const ignoresSignal = (): Promise<never> => new Promise(() => undefined);

describe('withTimeLimit', () => {
  it('resolves with the result and leaves no timer', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const work = withTimeLimit(clock, 1_000, signal, async (limits) => {
      await clock.sleep(400, limits);
      return 'done';
    });
    assert.equal(await clock.run(work), 'done');
    assert.equal(clock.ranMs, 400);
    assert.equal(clock.pending, 0);
  });

  it('rejects with the work’s error and leaves no timer', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const failure = new Error('failed');
    const rejecting = withTimeLimit(clock, 1_000, signal, () => Promise.reject(failure));
    await assert.rejects(clock.run(rejecting), (error) => error === failure);
    const throwing = withTimeLimit(clock, 1_000, signal, () => {
      throw failure;
    });
    await assert.rejects(clock.run(throwing), (error) => error === failure);
    assert.equal(clock.pending, 0);
  });

  it('rejects at the limit when the work ignores its signal', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    await assert.rejects(clock.run(withTimeLimit(clock, 1_000, signal, ignoresSignal)), TimeLimitError);
    assert.equal(clock.ranMs, 1_000);
    assert.equal(clock.pending, 0);
  });

  for (const [lateMs, workMs, ends] of [
    [99, 1_001, 'at the limit'],
    [100, 1_999, 'with the result'],
    [15_000, 1_999, 'with the result'],
    [15_000, 2_001, 'a second after the limit'],
  ] as const)
    it(`ends ${ends} when its timer is ${lateMs} ms late and the work takes ${workMs} ms`, async () => {
      const clock = new FakeClock();
      const { signal } = new AbortController();
      const work = withTimeLimit(clock, 1_000, signal, () => clock.sleep(workMs, NEVER).then(() => 'done'));
      clock.jump(lateMs); // the process was stopped
      const result = clock.run(work);
      if (ends === 'with the result') assert.equal(await result, 'done');
      else await assert.rejects(result, TimeLimitError);
      assert.equal(
        clock.ranMs,
        { 'at the limit': 1_000, 'with the result': workMs, 'a second after the limit': 2_000 }[ends],
      );
    });

  it('aborts the work’s signal at the limit', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const work = withTimeLimit(clock, 1_000, signal, (limits) => clock.sleep(60_000, limits));
    await assert.rejects(clock.run(work), TimeLimitError);
    assert.equal(clock.pending, 0);
  });

  for (const [what, work] of [
    ['that ignores its signal', ignoresSignal],
    ['that listens to its signal', (clock: FakeClock, limits: AbortSignal) => clock.sleep(60_000, limits)],
  ] as const) {
    it(`rejects immediately with the abort reason, for work ${what}`, async () => {
      const clock = new FakeClock();
      const cancel = new AbortController();
      clock.at(300, () => {
        cancel.abort(reason);
      });
      const limited = withTimeLimit(clock, 1_000, cancel.signal, (limits) => work(clock, limits));
      await assert.rejects(clock.run(limited), (error) => error === reason);
      assert.equal(clock.ranMs, 300);
      assert.equal(clock.pending, 0);
    });
  }

  it('rejects immediately when the work itself causes the abort', async () => {
    const clock = new FakeClock();
    const cancel = new AbortController();
    const limited = withTimeLimit(clock, 1_000, cancel.signal, () => {
      cancel.abort(reason);
      return ignoresSignal();
    });
    await assert.rejects(clock.run(limited), (error) => error === reason);
    assert.equal(clock.ranMs, 0);
    assert.equal(clock.pending, 0);
  });

  it('does not start the work when the signal is already aborted', async () => {
    const clock = new FakeClock();
    let begun = false;
    const limited = withTimeLimit(clock, 1_000, AbortSignal.abort(reason), async () => {
      begun = true;
      await Promise.resolve();
    });
    await assert.rejects(clock.run(limited), (error) => error === reason);
    assert.equal(begun, false);
    assert.equal(clock.pending, 0);
  });

  it('ignores an error after the limit', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const late = withTimeLimit(clock, 1_000, signal, async () => {
      await clock.sleep(2_000, signal);
      throw new Error('late'); // unhandled, it would fail the test run
    });
    await assert.rejects(clock.run(late), TimeLimitError);
    await clock.advance(5_000);
  });
});

describe('abortable', () => {
  it('removes its abort listener when the work settles', async () => {
    const { signal } = new AbortController();
    const added = mock.method(signal, 'addEventListener');
    const removed = mock.method(signal, 'removeEventListener');
    assert.equal(await abortable(Promise.resolve('done'), signal), 'done');
    await Promise.resolve();
    const [first] = added.mock.calls;
    assert.deepEqual(removed.mock.calls[0]?.arguments.slice(0, 2), first?.arguments.slice(0, 2));
  });
});
