import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { endsSoon, isOver } from '../../../src/sessions/sessionEnd.ts';
import { recordOf } from '../support/record.ts';

const WRITTEN_MS = 1_000_000_000;

/** What is true of a session of so many seconds in the moments around its borders. */
const ROWS: readonly (readonly [lifeS: number, soonAtS: number, overAtS: number])[] = [
  [86_400, 86_100, 86_340], // five minutes and one minute before the end
  [3_600, 3_300, 3_540],
  [600, 300, 540],
  [300, 150, 240], // half of a short life
  [120, 60, 60],
  [90, 45, 30], // over before it ends soon: whoever renews looks at both
  [30, 15, -30], // over from the start
];

describe('session end', () => {
  for (const [lifeS, soonAtS, overAtS] of ROWS) {
    it(`of ${lifeS} s is near after ${soonAtS} s, and here after ${overAtS} s`, () => {
      const record = recordOf('a', { writtenAtMs: WRITTEN_MS, expiresAtMs: WRITTEN_MS + lifeS * 1000 });
      const at = (seconds: number, ms: number): number => WRITTEN_MS + seconds * 1000 + ms;
      assert.deepEqual(
        [endsSoon(record, at(soonAtS, -1)), endsSoon(record, at(soonAtS, 0))],
        [false, true],
        'near',
      );
      assert.deepEqual(
        [isOver(record, at(overAtS, -1)), isOver(record, at(overAtS, 0))],
        [false, true],
        'here',
      );
    });
  }

  it('stays away where none is known', () => {
    assert.equal(endsSoon(recordOf('a'), Number.MAX_SAFE_INTEGER), false);
    assert.equal(isOver(recordOf('a'), Number.MAX_SAFE_INTEGER), false);
  });

  it('stays near and here for good', () => {
    const record = recordOf('a', { writtenAtMs: WRITTEN_MS, expiresAtMs: WRITTEN_MS + 3_600_000 });
    assert.equal(endsSoon(record, WRITTEN_MS * 2), true);
    assert.equal(isOver(record, WRITTEN_MS * 2), true);
  });
});
