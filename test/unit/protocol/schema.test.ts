import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as z from 'zod/mini';

import {
  bearerToken,
  code,
  nonEmpty,
  identifier,
  lenient,
  safeAddress,
  seconds,
} from '../../../src/protocol/schema.ts';

const CASES: [name: string, schema: z.ZodMiniType, good: unknown[], bad: unknown[]][] = [
  ['nonEmpty', nonEmpty, ['a', ' ', 'a'.repeat(16_384)], ['', 'a'.repeat(16_385), 7, null, undefined]],
  [
    'bearerToken',
    bearerToken,
    ['a', 'AZaz09-._~+/==', 'a'.repeat(16_384)],
    ['', '=', 'a=b', 'a b', 'a\n', '${x}', 'a'.repeat(16_385), 7, null, undefined],
  ],
  ['code', code, ['A', 'ABCD-1234', 'A'.repeat(64)], ['', 'A'.repeat(65), 1234, null, undefined]],
  ['identifier', identifier, ['a', ' ', 'a'.repeat(255)], ['', 'a'.repeat(256), 7, null, undefined]],
  ['seconds', seconds, [1, 0.5, 1e12], [0, -1, NaN, Infinity, '1', null, undefined]],
  [
    'safeAddress',
    safeAddress,
    ['https://x.example/', 'http://localhost/'],
    ['http://x.example/', '', 7, undefined],
  ],
];

describe('schema', () => {
  for (const [name, schema, good, bad] of CASES) {
    it(name, () => {
      for (const value of good) assert.ok(z.safeParse(schema, value).success, String(value));
      for (const value of bad) assert.ok(!z.safeParse(schema, value).success, String(value));
    });
  }

  it('seconds are at most 100 years, so that a time in milliseconds is finite', () => {
    assert.equal(z.parse(seconds, 60), 60);
    for (const huge of [1e10, 1e306, Number.MAX_VALUE]) assert.equal(z.parse(seconds, huge), 3_155_760_000);
  });

  it('lenient takes what fits, and anything else for left out', () => {
    const schema = z.object({ nice: lenient(seconds), must: nonEmpty });
    assert.equal(z.parse(schema, { nice: 7, must: 'a' }).nice, 7);
    for (const nice of [-7, '7', null, undefined, {}, []]) {
      assert.equal(z.parse(schema, { nice, must: 'a' }).nice, undefined);
    }
  });

  it('lenient takes what is left out for left out', () => {
    const schema = z.object({ nice: lenient(seconds), must: nonEmpty });
    const { success, data } = z.safeParse(schema, { must: 'a' });
    assert.ok(success);
    assert.equal(data.nice, undefined);
  });

  it('lenient forgives no other member', () => {
    const schema = z.object({ nice: lenient(seconds), must: nonEmpty });
    assert.equal(z.safeParse(schema, { nice: 7 }).success, false);
  });
});
