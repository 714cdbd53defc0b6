import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER, TimeLimitError } from '../../../src/base/timeLimit.ts';
import {
  type Attempt,
  backOffMs,
  nextPollMs,
  repeatFor,
  repeatWithin,
  retryAfterMs,
} from '../../../src/http/retry.ts';
import { FakeClock } from '../support/fakeClock.ts';

const AGAIN = { kind: 'again', waitMs: 0 } as const;
const DONE = { kind: 'done', result: 'ok' } as const;
const wait = (seconds: number): Attempt<string> => ({ kind: 'again', waitMs: seconds * 1000 });

/** The attempts, and when they come in seconds. The last one is repeated. */
const CASES: [name: string, attempts: Attempt<string>[], times: number[], result: string | undefined][] = [
  ['does not repeat an attempt that is done', [DONE], [0], 'ok'],
  ['repeats after a second', [AGAIN, DONE], [0, 1], 'ok'],
  [
    'doubles the delay up to ten seconds',
    [...Array<Attempt<string>>(6).fill(AGAIN), DONE],
    [0, 1, 3, 7, 15, 25, 35],
    'ok',
  ],
  ['waits longer when it is asked to', [wait(40), AGAIN, DONE], [0, 40, 42], 'ok'],
  ['makes a last attempt at the end', [wait(40), wait(40), DONE], [0, 40, 60], 'ok'],
  ['gives up after the last attempt', [wait(9_999)], [0, 60], undefined],
];

describe('repeatFor', () => {
  for (const [name, attempts, times, expected] of CASES)
    it(name, async () => {
      const clock = new FakeClock();
      const seen: number[] = [];
      const attempt = (): Promise<Attempt<string>> => {
        seen.push(clock.ranMs / 1000);
        return Promise.resolve(attempts[Math.min(seen.length, attempts.length) - 1] ?? DONE);
      };
      assert.equal(
        await clock.run(repeatFor(clock, 60_000, new AbortController().signal, attempt)),
        expected,
      );
      assert.deepEqual(seen, times);
      assert.equal(clock.pending, 0);
    });

  it('rejects at once when it is canceled during a delay', async () => {
    const clock = new FakeClock();
    const cancel = new AbortController();
    const reason = new Error('canceled');
    clock.at(2_500, () => {
      cancel.abort(reason);
    });
    const repeated = repeatFor(clock, 60_000, cancel.signal, () => Promise.resolve(AGAIN));
    await assert.rejects(clock.run(repeated), (error) => error === reason);
    assert.equal(clock.ranMs, 2_500);
    assert.equal(clock.pending, 0);
  });
});

describe('repeatFor with attempts that take time', () => {
  it('counts that time', async () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    const repeated = repeatFor(clock, 60_000, NEVER, async () => {
      seen.push(clock.ranMs / 1000);
      await clock.sleep(20_000, NEVER);
      return AGAIN;
    });
    assert.equal(await clock.run(repeated), undefined);
    assert.deepEqual(seen, [0, 21, 43, 63]);
  });
});

describe('repeatFor while the clock is set', () => {
  for (const [what, jumpMs] of [
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ] as const)
    it(`${what}: is over after its time at the latest`, async () => {
      const clock = new FakeClock();
      clock.at(2_500, () => {
        clock.jump(jumpMs);
      });
      const repeated = repeatFor(clock, 60_000, NEVER, () => Promise.resolve(AGAIN));
      assert.equal(await clock.run(repeated), undefined);
      assert.ok(clock.ranMs <= 60_000, String(clock.ranMs));
    });
});

describe('repeatWithin', () => {
  /** The attempts of ten seconds, each of which takes `takesMs`. */
  async function run(takesMs: number, signal = NEVER, attempted: Attempt<string> = AGAIN) {
    const clock = new FakeClock();
    const seen: number[] = [];
    const repeated = repeatWithin(clock, 10_000, signal, async (limited) => {
      seen.push(clock.ranMs / 1000);
      await clock.sleep(takesMs, limited);
      return attempted;
    });
    const result = await clock.run(repeated);
    assert.equal(clock.pending, 0);
    return { result, seen, endedAt: clock.ranMs / 1000 };
  }

  it('gives the result', async () => {
    assert.deepEqual(await run(500, NEVER, DONE), { result: 'ok', seen: [0], endedAt: 0.5 });
  });

  it('makes its last attempt three seconds before the end', async () => {
    assert.deepEqual(await run(0), { result: undefined, seen: [0, 1, 3, 7], endedAt: 7 });
  });

  it('ends at the limit while an attempt is waiting', async () => {
    assert.deepEqual(await run(60_000), { result: undefined, seen: [0], endedAt: 10 });
  });

  it('rejects as the attempt does', async () => {
    const clock = new FakeClock();
    const reason = new Error('broken');
    const repeated = repeatWithin(clock, 10_000, NEVER, () => Promise.reject(reason));
    await assert.rejects(clock.run(repeated), (error) => error === reason);
  });

  it('takes the limit of its caller for no limit of its own', async () => {
    const outer = new TimeLimitError();
    await assert.rejects(run(60_000, AbortSignal.abort(outer)), (error) => error === outer);
  });
});

describe('backOffMs', () => {
  it('doubles from failure to failure, up to a minute', () => {
    const delays = [1, 2, 3, 4, 5, 10, 5_000].map((failures) => backOffMs(5_000, failures));
    assert.deepEqual(delays, [10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000]);
  });

  it('is never shorter than the interval', () => {
    assert.equal(backOffMs(90_000, 1), 90_000);
  });
});

const NOW_MS = Date.parse('2025-06-15T12:00:00Z');
const HEADERS: [headers: Record<string, string>, ms: number][] = [
  [{}, 0],
  [{ 'Retry-After': '30' }, 30_000],
  [{ 'Retry-After': '0' }, 0],
  [{ 'Retry-After': ' 30 ' }, 30_000],
  [{ 'Retry-After': '1.5' }, 1_500],
  [{ 'X-Retry-After': '20' }, 20_000],
  [{ 'Retry-After': '30', 'X-Retry-After': '20' }, 30_000],
  [{ 'Retry-After': '', 'X-Retry-After': '20' }, 20_000],
  [{ 'Retry-After': 'soon', 'X-Retry-After': '20' }, 20_000],
  [{ 'Retry-After': 'soon' }, 0],
  [{ 'Retry-After': '1.25' }, 1_250],
  [{ 'Retry-After': '2025-06-15T12:00:30Z' }, 30_000],
  // RFC 9110 §5.6.7: the preferred form of a date, and an obsolete one
  [{ 'Retry-After': 'Sun, 15 Jun 2025 12:01:00 GMT' }, 60_000],
  [{ 'Retry-After': 'Sunday, 15-Jun-25 12:01:00 GMT' }, 60_000],
  [{ 'Retry-After': 'Sun Jun 15 12:01:00 GMT 2025' }, 60_000],
  [{ 'Retry-After': 'Sun, 15 Jun 2025 11:00:00 GMT' }, 0],
  // Measured by the server's own clock, which is an hour ahead of ours, unless a cache has answered.
  [{ 'Retry-After': 'Sun, 15 Jun 2025 13:00:30 GMT', Date: 'Sun, 15 Jun 2025 13:00:00 GMT' }, 30_000],
  [
    { 'Retry-After': 'Sun, 15 Jun 2025 12:00:30 GMT', Date: 'Sun, 15 Jun 2025 13:00:00 GMT', Age: '9' },
    30_000,
  ],
  [{ 'Retry-After': '30', Date: 'Sun, 15 Jun 2025 13:00:00 GMT' }, 30_000],
];

describe('retryAfterMs', () => {
  for (const [headers, ms] of HEADERS) {
    it(`reads ${JSON.stringify(headers)} as ${ms} ms`, () => {
      const outcome = { kind: 'answer', status: 503, headers: new Headers(headers), json: {} } as const;
      assert.equal(retryAfterMs(outcome, NOW_MS), ms);
    });
  }

  it('is a minute at most, unless the service itself says so with 429', () => {
    const headers = new Headers({ 'Retry-After': '3600' });
    const after = (status: number): number =>
      retryAfterMs({ kind: 'answer', status, headers, json: {} }, NOW_MS);
    assert.deepEqual([429, 503, 403, 200].map(after), [3_600_000, 60_000, 60_000, 60_000]);
  });

  it('is 0 without an answer', () => {
    assert.equal(retryAfterMs({ kind: 'redirect' }, NOW_MS), 0);
    assert.equal(retryAfterMs({ kind: 'noAnswer', problem: 'reset' }, NOW_MS), 0);
  });
});

describe('nextPollMs', () => {
  /** Seconds: the delay, the interval, and when the next poll is due, with the deadline in 100 s. */
  const ROWS = [
    ['polls after the delay', 20, 5, 20],
    ['polls at the deadline itself', 100, 5, 100],
    ['polls once more just before a deadline that the delay would miss', 101, 5, 95],
    ['polls once more after any Retry-After', 1e9, 5, 95],
    ['lets the interval pass first', 120, 97, 97],
    ['has no time left for another poll', 120, 110, 110],
  ] as const;
  for (const [name, delay, interval, due] of ROWS)
    it(name, () => {
      const dueMs = nextPollMs(NOW_MS, delay * 1000, interval * 1000, NOW_MS + 100_000);
      assert.equal(dueMs - NOW_MS, due * 1000);
    });
});
