import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { retryAfterMs } from '../../../src/protocol/retryAfter.ts';

const NOW_MS = Date.parse('2025-06-15T12:00:00Z');

const CASES: [headers: Record<string, string>, ms: number | undefined][] = [
  [{}, undefined],
  [{ 'Retry-After': '30' }, 30_000],
  [{ 'Retry-After': '0' }, 0],
  [{ 'Retry-After': ' 30 ' }, 30_000],
  [{ 'Retry-After': '1.5' }, 1_500],
  [{ 'X-Retry-After': '20' }, 20_000],
  [{ 'Retry-After': '30', 'X-Retry-After': '20' }, 30_000],
  [{ 'Retry-After': '', 'X-Retry-After': '20' }, 20_000],
  [{ 'Retry-After': 'soon', 'X-Retry-After': '20' }, 20_000],
  [{ 'Retry-After': 'soon' }, undefined],
  // RFC 9110 §5.6.7: the preferred form of a date, and an obsolete one
  [{ 'Retry-After': 'Sun, 15 Jun 2025 12:01:00 GMT' }, 60_000],
  [{ 'Retry-After': 'Sunday, 15-Jun-25 12:01:00 GMT' }, 60_000],
  [{ 'Retry-After': 'Sun, 15 Jun 2025 11:00:00 GMT' }, 0],
];

describe('Retry-After', () => {
  for (const [headers, ms] of CASES) {
    it(`${JSON.stringify(headers)} is ${ms ?? 'nothing'}`, () => {
      assert.equal(retryAfterMs(new Headers(headers), NOW_MS), ms);
    });
  }
});
