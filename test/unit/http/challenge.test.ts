import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readChallenges } from '../../../src/http/challenge.ts';

type Read = [scheme: string, params?: Record<string, string>];

/** RFC 9110 §11.6.1. Each row: the header, and the challenges in it. */
const ROWS: [header: string, challenges: Read[]][] = [
  ['', []],
  ['Negotiate', [['negotiate']]],
  ['Negotiate, NTLM', [['negotiate'], ['ntlm']]],
  ['Bearer error="invalid_token"', [['bearer', { error: 'invalid_token' }]]],
  ['Bearer error=invalid_token', [['bearer', { error: 'invalid_token' }]]],
  ['BEARER Error = "a"', [['bearer', { error: 'a' }]]],
  ['Bearer a="b, c", d="e"', [['bearer', { a: 'b, c', d: 'e' }]]],
  ['Bearer a="b \\" c"', [['bearer', { a: 'b " c' }]]],
  ['Bearer a="", b=c', [['bearer', { a: '', b: 'c' }]]],
  ['Bearer a=b c=d', [['bearer', { a: 'b', c: 'd' }]]],
  [
    ' ,, Basic realm="x" ,, Bearer a=b,',
    [
      ['basic', { realm: 'x' }],
      ['bearer', { a: 'b' }],
    ],
  ],
  ['Negotiate YIIB==', [['negotiate']]],
  ['Negotiate YIIB==, Bearer a=b', [['negotiate'], ['bearer', { a: 'b' }]]],
  // The example of RFC 9110 §11.6.1
  [
    'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
    [
      ['basic', { realm: 'simple' }],
      ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
    ],
  ],
  ["Bearer error='invalid_token'", [['bearer', { error: "'invalid_token'" }]]],
  ['Bearer a="b', [['bearer']]],
  ['a=b', []],
  ['"', []],
];

describe('readChallenges', () => {
  for (const [header, challenges] of ROWS)
    it(`reads ${header === '' ? 'an empty header' : header}`, () => {
      const read = readChallenges(new Headers(header === '' ? {} : { 'www-authenticate': header }));
      assert.deepEqual(
        read.map(({ scheme, params }) => [scheme, Object.fromEntries(params)]),
        challenges.map(([scheme, params = {}]) => [scheme, params]),
      );
    });

  it('reads several headers', () => {
    const headers = new Headers([
      ['www-authenticate', 'Basic realm="x"'],
      ['www-authenticate', 'Bearer error="invalid_token"'],
    ]);
    assert.deepEqual(
      readChallenges(headers).map(({ scheme }) => scheme),
      ['basic', 'bearer'],
    );
  });

  it('reads a long header quickly', () => {
    for (const part of ['Bearer ', 'a=', 'a="', '=', 'a b ', ', ', '\\"'])
      readChallenges(new Headers({ 'www-authenticate': part.repeat(20_000).trim() }));
  });
});
