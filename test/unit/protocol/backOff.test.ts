import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { backOffMs } from '../../../src/protocol/backOff.ts';

describe('back-off', () => {
  it('doubles from trouble to trouble, up to a minute', () => {
    const delays = [1, 2, 3, 4, 5, 10, 5_000].map((troubles) => backOffMs(5_000, troubles));
    assert.deepEqual(delays, [10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000]);
  });

  it('is never less than the interval', () => {
    assert.equal(backOffMs(90_000, 1), 90_000);
  });
});
