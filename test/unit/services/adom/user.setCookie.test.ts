import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readSetCookie } from '../../../../src/services/adom/user.ts';
import { START_MS } from '../../support/fakeClock.ts';

const PAST = 'Thu, 01 Jan 1970 00:00:00 GMT';
const NOW = 'Sun, 15 Jun 2025 12:00:00 GMT';
const FUTURE = 'Wed, 15 Jun 2044 12:00:00 GMT';

const CASES: [value: string | undefined, lines: string[]][] = [
  [undefined, []],
  ['abc', ['session=abc']],
  ['abc', ['session=abc; Path=/; HttpOnly; Secure; SameSite=Lax; Domain=example.org']],
  ['abc', [' session = abc ;Path=/']],
  ['abc', ['session="abc"; Path=/']],
  ['a=b==', ['session=a=b==; Path=/']],
  ['a%3D', ['session=a%3D']],
  ['"', ['session="']],
  ['a"b"', ['session=a"b"']],
  ['"a"b', ['session="a"b']],
  ['b', ['session=a', 'other=x', 'session=b']],
  ['a', ['session=a', 'session=; Max-Age=0']],
  ['a', [`session=a; Max-Age=60; Expires=${PAST}`]],
  ['a', [`session=a; Expires=${FUTURE}`]],
  ['a', ['session=a; Expires=soon; Max-Age=later']],
  ['a', ['session=a; Max-Age=0; max-age=60']],
  [
    undefined,
    ['other=abc', 'sessions=abc', 'Session=abc', 'x_session=abc', 'x=session=abc', 'a; session=abc'],
  ],
  [undefined, ['session', 'sessionx', 'session=', '=abc', '', 'session=""; Max-Age=0']],
  [undefined, ['session=deleted; Max-Age=0', 'session=deleted; path=/; MAX-AGE=-1']],
  [undefined, [`session=deleted; Expires=${PAST}`, `session=deleted; expires=${PAST}; Path=/`]],
  [undefined, [`session=deleted; Expires=${NOW}`]],
  [undefined, ['a0', '0a'].map((age) => `session=deleted; Max-Age=${age}; Expires=${PAST}`)],
  ['a', ['60a', 'a60'].map((age) => `session=a; Max-Age=${age}`)],
];

describe('readSetCookie', () => {
  for (const [value, lines] of CASES)
    it(`${value ?? 'nothing'}: ${lines.join(' + ') || 'no cookie'}`, () => {
      const headers = new Headers(lines.map((line) => ['set-cookie', line]));
      assert.equal(readSetCookie(headers, 'session', START_MS), value);
    });
});
