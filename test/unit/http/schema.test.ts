import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as z from 'zod/mini';

import {
  bearerToken,
  nonEmpty,
  identifier,
  idToken,
  lenient,
  maybeJson,
  safeAddress,
  seconds,
  secondsOrText,
  userCode,
} from '../../../src/http/schema.ts';

const CASES: [name: string, schema: z.ZodMiniType, good: unknown[], bad: unknown[]][] = [
  ['nonEmpty', nonEmpty, ['a', ' ', 'a'.repeat(16_384)], ['', 'a'.repeat(16_385), 7, null, undefined]],
  [
    'bearerToken',
    bearerToken,
    ['a', 'AZaz09-._~+/==', 'a'.repeat(16_384)],
    ['', '=', 'a=b', 'a b', 'a\n', '${x}', 'a'.repeat(16_385), 7, null, undefined],
  ],
  [
    'idToken',
    idToken,
    ['a.b.c', 'AZaz09-_.eyJ9.AZaz09-_'],
    ['', 'a', 'a.b', '.b.c', 'a..c', 'a.b.', 'a.b.c.d', 'a=.b.c', 'a.b=.c', 'a.b.c=', ' a.b.c', 'a.b.c ', 7],
  ],
  ['userCode', userCode, ['A', 'ABCD-1234', 'A'.repeat(64)], ['', 'A'.repeat(65), 1234, null, undefined]],
  ['identifier', identifier, ['a', ' ', 'a'.repeat(255)], ['', 'a'.repeat(256), 7, null, undefined]],
  ['seconds', seconds, [1, 0.5, 1e12], [0, -1, NaN, Infinity, '1', null, undefined]],
  [
    'secondsOrText',
    secondsOrText,
    [1, 0.5, 1e12, '3600', '1.5', '1.25'],
    [0, -1, NaN, Infinity, '0', '-1', '', ' 1', '1e3', 'x', null, undefined],
  ],
  [
    'safeAddress',
    safeAddress,
    ['https://x.example/', 'http://localhost/'],
    ['http://x.example/', '', 7, undefined],
  ],
];

describe('schema', () => {
  for (const [name, schema, good, bad] of CASES) {
    it(`${name} accepts and refuses the right values`, () => {
      for (const value of good) assert.ok(z.safeParse(schema, value).success, String(value));
      for (const value of bad) assert.ok(!z.safeParse(schema, value).success, String(value));
    });
  }

  it('limits seconds to 100 years, so that a time in milliseconds is finite', () => {
    assert.equal(z.parse(seconds, 60), 60);
    assert.equal(z.parse(secondsOrText, '60'), 60);
    for (const huge of [1e10, 1e306, Number.MAX_VALUE, '9'.repeat(300)])
      assert.equal(z.parse(secondsOrText, huge), 3_155_760_000);
  });

  it('maybeJson reads a string as JSON, and leaves other values as they are', () => {
    for (const [value, expected] of [
      ['{"a":[1]}', { a: [1] }],
      ['"text"', 'text'],
      ['text', undefined],
      ['', undefined],
      [{ a: 1 }, { a: 1 }],
      [7, 7],
      [null, null],
      [undefined, undefined],
    ])
      assert.deepEqual(z.parse(maybeJson, value), expected);
  });

  it('lenient returns a value that fits, and undefined for any other', () => {
    const schema = z.object({ optional: lenient(seconds), required: nonEmpty });
    assert.equal(z.parse(schema, { optional: 7, required: 'a' }).optional, 7);
    for (const optional of [-7, '-7', null, undefined, {}, []]) {
      assert.equal(z.parse(schema, { optional, required: 'a' }).optional, undefined);
    }
  });

  it('lenient accepts an absent member', () => {
    const schema = z.object({ optional: lenient(seconds), required: nonEmpty });
    const { success, data } = z.safeParse(schema, { required: 'a' });
    assert.ok(success);
    assert.equal(data.optional, undefined);
  });

  it('lenient does not affect other members', () => {
    const schema = z.object({ optional: lenient(seconds), required: nonEmpty });
    assert.equal(z.safeParse(schema, { optional: 7 }).success, false);
  });
});
