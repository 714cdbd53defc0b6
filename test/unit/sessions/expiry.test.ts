import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  endOf,
  endsSoon,
  isExpired,
  isForgettable,
  isOver,
  isOverdue,
  overAtMs,
} from '../../../src/sessions/expiry.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import { endedOf, recordOf } from '../support/record.ts';

const GRANTED_MS = 1_000_000_000;
const MONTH_MS = 30 * 24 * 60 * 60_000;

/** A session that was granted at `GRANTED_MS` and lasts `lifeMs`. */
function lasting(lifeMs: number, different: Partial<LiveSession> = {}): LiveSession {
  const { grant } = recordOf('a');
  return recordOf('a', {
    grant: { ...grant, expiresAtMs: GRANTED_MS + lifeMs },
    grantedAtMs: GRANTED_MS,
    ...different,
  });
}

/** All in seconds after the session was granted. */
const ROWS: readonly (readonly [lifeS: number, soonAtS: number, overAtS: number])[] = [
  [86_400, 86_100, 86_340], // soon: five minutes before the end; over: one minute before the end
  [3_600, 3_300, 3_540],
  [600, 300, 540],
  [300, 150, 240], // soon: in the last half; over: in the last fifth
  [120, 60, 96],
  [60, 30, 48],
  [10, 5, 8],
];

describe('the end of a session', () => {
  for (const [lifeS, soonAtS, overAtS] of ROWS)
    it(`a token that lasts ${lifeS} s ends soon after ${soonAtS} s, and is over after ${overAtS} s`, () => {
      const session = lasting(lifeS * 1_000);
      const at = (seconds: number, ms: number): number => GRANTED_MS + seconds * 1_000 + ms;
      assert.equal(endsSoon(session, at(soonAtS, -1)), false);
      assert.equal(endsSoon(session, at(soonAtS, 0)), true);
      assert.equal(isOver(session, at(overAtS, -1)), false);
      assert.equal(isOver(session, at(overAtS, 0)), true);
      assert.equal(overAtMs(session), at(overAtS, 0));
    });

  it('a token that lasts 60 s can be handed out', () => {
    assert.equal(isOver(lasting(60_000), GRANTED_MS), false);
  });

  it('a session without a known expiry does not end', () => {
    assert.equal(endsSoon(recordOf('a'), Number.MAX_SAFE_INTEGER), false);
    assert.equal(isOver(recordOf('a'), Number.MAX_SAFE_INTEGER), false);
    assert.equal(overAtMs(recordOf('a')), Infinity);
  });

  it('a session expires at the end of its token, and is overdue ten minutes later', () => {
    const session = lasting(3_600_000);
    const endMs = GRANTED_MS + 3_600_000;
    assert.deepEqual([isExpired(session, endMs - 1), isExpired(session, endMs)], [false, true]);
    const overdueMs = endMs + 10 * 60_000;
    assert.deepEqual([isOverdue(session, overdueMs), isOverdue(session, overdueMs + 1)], [false, true]);
    assert.deepEqual([isExpired(recordOf('a'), 9e15), isOverdue(recordOf('a'), 9e15)], [false, false]);
  });

  it('endOf returns the end of a live session and of an ended one', () => {
    assert.equal(endOf(lasting(1)), GRANTED_MS + 1);
    assert.equal(endOf(endedOf('a', { expiresAtMs: 7 })), 7);
    assert.deepEqual([endOf(recordOf('a')), endOf(endedOf('a'))], [0, 0]);
  });

  it('an ended session stays over', () => {
    assert.equal(endsSoon(lasting(3_600_000), GRANTED_MS * 2), true);
    assert.equal(isOver(lasting(3_600_000), GRANTED_MS * 2), true);
  });

  it('a session with a rejected access token is over at once', () => {
    assert.equal(isOver(lasting(3_600_000, { accessTokenRejected: true }), GRANTED_MS), true);
    assert.equal(isOver(recordOf('a', { accessTokenRejected: true }), GRANTED_MS), true);
  });

  it('a token that ends before it was granted has no margin, because the clock was set back', () => {
    const session = lasting(-3_600_000);
    const endMs = GRANTED_MS - 3_600_000;
    assert.equal(isOver(session, endMs - 1), false);
    assert.equal(isOver(session, endMs), true);
    assert.equal(endsSoon(session, endMs - 5 * 60_000 - 1), false);
    assert.equal(endsSoon(session, endMs - 5 * 60_000), true);
  });

  it('a token that ends when it was granted ends soon five minutes before', () => {
    assert.equal(endsSoon(lasting(0), GRANTED_MS - 5 * 60_000 - 1), false);
    assert.equal(endsSoon(lasting(0), GRANTED_MS - 5 * 60_000), true);
  });
});

describe('what is left of an ended session', () => {
  it('is kept for 30 days', () => {
    const record = endedOf('a', { endedAtMs: GRANTED_MS });
    assert.equal(isForgettable(record, GRANTED_MS + MONTH_MS), false);
    assert.equal(isForgettable(record, GRANTED_MS + MONTH_MS + 1), true);
  });
});
