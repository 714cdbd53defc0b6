import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ClockSkew } from '../../../src/http/clockSkew.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const SERVER_MS = Date.UTC(2025, 5, 15, 12);
const DATE = 'Sun, 15 Jun 2025 12:00:00 GMT';
const MINUTE_MS = 60_000;

/** What the clock is ahead after an answer with these headers, while it shows `aheadMs` more than the server's. */
function ahead(headers: Record<string, string>, aheadMs: number): number | undefined {
  const skew = new ClockSkew();
  skew.observe(new Headers(headers), SERVER_MS + aheadMs, new RecordingLog());
  return skew.aheadMs;
}

describe('the clock of this computer and the Date of an answer', () => {
  for (const [name, headers, aheadMs, expected] of [
    ['agree to five minutes', { date: DATE }, 5 * MINUTE_MS, undefined],
    ['differ by more: ahead', { date: DATE }, 6 * MINUTE_MS, 6 * MINUTE_MS],
    ['differ by more: behind', { date: DATE }, -180 * MINUTE_MS, -180 * MINUTE_MS],
    ['are not compared when there is no Date', {}, 180 * MINUTE_MS, undefined],
    ['are not compared when Date is no date', { date: 'soon' }, 180 * MINUTE_MS, undefined],
    ['are not compared when a cache answers', { date: DATE, age: '9999' }, 180 * MINUTE_MS, undefined],
  ] as const) {
    it(name, () => {
      assert.equal(ahead(headers, aheadMs), expected);
    });
  }

  it('logs once that the clock is wrong, and once that it is right again', () => {
    const log = new RecordingLog();
    const skew = new ClockSkew();
    const headers = new Headers({ date: DATE });
    for (const aheadMs of [0, 10 * MINUTE_MS, 11 * MINUTE_MS, 0, 0])
      skew.observe(headers, SERVER_MS + aheadMs, log);
    assert.equal(skew.aheadMs, undefined);
    assert.deepEqual(log.lines, [
      'info The clock of this computer is 600 s ahead of a server’s.',
      'info The clock of this computer is right again.',
    ]);
  });

  it('logs that the clock is behind', () => {
    const log = new RecordingLog();
    new ClockSkew().observe(new Headers({ date: DATE }), SERVER_MS - 10 * MINUTE_MS, log);
    assert.deepEqual(log.lines, ['info The clock of this computer is 600 s behind a server’s.']);
  });

  it('keeps what it knows when an answer has no date', () => {
    const skew = new ClockSkew();
    skew.observe(new Headers({ date: DATE }), SERVER_MS + 10 * MINUTE_MS, new RecordingLog());
    skew.observe(new Headers(), SERVER_MS, new RecordingLog());
    assert.equal(skew.aheadMs, 10 * MINUTE_MS);
  });
});
