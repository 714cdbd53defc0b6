import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { keepTrying } from '../../../src/base/keepTrying.ts';
import { FakeClock } from '../support/fakeClock.ts';

const SECOND_MS = 1_000;

interface World {
  readonly clock: FakeClock;
  readonly closed: AbortController;
  /** When each attempt began, in seconds of running time. */
  readonly attempts: number[];
  /** Retries until the attempt with this number succeeds. */
  readonly tryUntil: (successful: number, takesMs?: number) => Promise<void>;
}

function world(): World {
  const [clock, closed] = [new FakeClock(), new AbortController()];
  const attempts: number[] = [];
  const tryUntil = (successful: number, takesMs = 0): Promise<void> =>
    keepTrying(
      async () => {
        attempts.push(clock.ranMs / SECOND_MS);
        const isSuccessful = attempts.length === successful;
        await clock.sleep(takesMs, new AbortController().signal);
        if (!isSuccessful) throw new Error('not yet');
      },
      { clock, closed: closed.signal },
    );
  return { clock, closed, attempts, tryUntil };
}

describe('keepTrying', () => {
  it('backs off from one second to at most one minute', async () => {
    const { clock, attempts, tryUntil } = world();
    await clock.run(tryUntil(9));
    assert.deepEqual(attempts, [1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  it('stops after the first success', async () => {
    const { clock, attempts, tryUntil } = world();
    await clock.run(tryUntil(1));
    await clock.advance(3_600 * SECOND_MS);
    assert.deepEqual(attempts, [1]);
    assert.equal(clock.pending, 0);
  });

  it('never runs two attempts at once', async () => {
    const { clock, attempts, tryUntil } = world();
    await clock.run(tryUntil(3, 10 * SECOND_MS));
    assert.deepEqual(attempts, [1, 13, 27]);
  });

  it('makes one last attempt when the window closes', async () => {
    const { clock, closed, attempts, tryUntil } = world();
    const trying = tryUntil(Infinity);
    await clock.advance(5 * SECOND_MS);
    closed.abort(new Error('closed'));
    await clock.run(trying);
    assert.deepEqual(attempts, [1, 3, 5]);
    assert.equal(clock.pending, 0);
  });

  it('makes one attempt if the window is already closed', async () => {
    const { clock, closed, attempts, tryUntil } = world();
    closed.abort(new Error('closed'));
    await clock.run(tryUntil(Infinity));
    assert.deepEqual(attempts, [0]);
  });

  it('makes no further attempt if the window closes during one', async () => {
    const { clock, closed, attempts, tryUntil } = world();
    const trying = tryUntil(Infinity, 10 * SECOND_MS);
    await clock.advance(5 * SECOND_MS);
    closed.abort(new Error('closed'));
    await clock.run(trying);
    assert.deepEqual(attempts, [1]);
  });

  it('skips the rest of a pause after the computer was asleep', async () => {
    const { clock, attempts, tryUntil } = world();
    const trying = tryUntil(7);
    await clock.advance(64 * SECOND_MS); // one second into a pause of one minute
    clock.jump(9 * 3_600 * SECOND_MS);
    await clock.run(trying);
    assert.deepEqual(attempts, [1, 3, 7, 15, 31, 63, 68]);
  });
});
