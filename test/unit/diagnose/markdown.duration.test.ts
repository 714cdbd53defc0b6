import assert from 'node:assert/strict';
import { it } from 'node:test';

import { duration } from '../../../src/diagnose/markdown.ts';

const CASES: [ms: number, words: string][] = [
  [0, '0 seconds'],
  [1_400, '1 second'],
  [119_000, '119 seconds'],
  [120_000, '2 minutes'],
  [-7_200_000, '2 hours'],
  [47 * 3_600_000, '47 hours'],
  [90 * 86_400_000, '90 days'],
];

for (const [ms, words] of CASES)
  it(`formats ${ms} ms as ${words}`, () => {
    assert.equal(duration(ms, 'en'), words);
  });

it('formats a duration in the user’s language', () => {
  assert.equal(duration(7_200_000, 'de'), '2 Stunden');
});
