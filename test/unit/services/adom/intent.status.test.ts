import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { HttpOutcome, Problem } from '../../../../src/http/outcome.ts';
import {
  type IntentStatus,
  readIntentStatus,
  readSessionToken,
} from '../../../../src/services/adom/intent.ts';
import { unreachable } from '../../support/unreachable.ts';

const NOT_THE_SERVICE: IntentStatus = { kind: 'failed', failure: { kind: 'notTheService' } };
const CODE_SPENT: IntentStatus = { kind: 'failed', failure: { kind: 'codeSpent' } };
const transientFailure = (problem: Problem, waitMs = 0): IntentStatus => ({
  kind: 'transientFailure',
  waitMs,
  problem,
});
const failureOf = (problem: Problem): IntentStatus => ({ kind: 'failed', failure: unreachable(problem) });
const answer = (status: number, json: unknown, headers: Record<string, string> = {}): HttpOutcome => ({
  kind: 'answer',
  status,
  headers: new Headers(headers),
  json,
});

const NOW_MS = Date.UTC(2025, 5, 15, 12);
const ROWS: [name: string, outcome: HttpOutcome, status: IntentStatus][] = [
  ['pending', answer(200, { state: 'pending' }), { kind: 'pending' }],
  ['pending with an empty token', answer(200, { state: 'pending', session_token: '' }), { kind: 'pending' }],
  [
    'authenticated',
    answer(200, { state: 'authenticated', session_token: 'tok_1', more: 1 }),
    { kind: 'authenticated', sessionToken: 'tok_1' },
  ],
  ['authenticated without a token', answer(200, { state: 'authenticated' }), CODE_SPENT],
  [
    'authenticated with an empty token',
    answer(200, { state: 'authenticated', session_token: '' }),
    CODE_SPENT,
  ],
  [
    'authenticated with a null token',
    answer(200, { state: 'authenticated', session_token: null }),
    CODE_SPENT,
  ],
  ['authenticated with a number', answer(200, { state: 'authenticated', session_token: 7 }), CODE_SPENT],
  [
    'authenticated with a token that is not in the form of RFC 6750',
    answer(200, { state: 'authenticated', session_token: 'tok_${env:HOME}' }),
    { kind: 'failed', failure: { kind: 'refused', message: 'malformed session_token' } },
  ],
  ['an unknown state', answer(200, { state: 'linked' }), NOT_THE_SERVICE],
  ['other JSON', answer(200, [1]), NOT_THE_SERVICE],
  ['null', answer(200, null), NOT_THE_SERVICE],
  ['no JSON', answer(200, undefined), NOT_THE_SERVICE],
  ['no content', answer(204, undefined), NOT_THE_SERVICE],
  ['404 with JSON', answer(404, { error: 'not found' }), CODE_SPENT],
  ['404 without JSON', answer(404, undefined), failureOf('notFound')],
  ['410', answer(410, { error: 'expired' }), { kind: 'expired' }],
  ['410 without JSON', answer(410, undefined), { kind: 'expired' }],
  ['401', answer(401, { error: 'unauthorized' }), NOT_THE_SERVICE],
  ['403', answer(403, undefined), failureOf('blocked')],
  ['a token with 403', answer(403, { state: 'authenticated', session_token: 'tok_1' }), failureOf('blocked')],
  ['405', answer(405, undefined), failureOf('notFound')],
  ['a redirect', { kind: 'redirect' }, failureOf('loginPage')],
  ['no answer', { kind: 'noAnswer', problem: 'dns' }, transientFailure('dns')],
  ['408', answer(408, undefined), transientFailure('serverFault')],
  ['429', answer(429, {}), transientFailure('busy')],
  ['429 with Retry-After', answer(429, {}, { 'retry-after': '7' }), transientFailure('busy', 7_000)],
  [
    '429 with a Retry-After that is a date',
    answer(429, {}, { 'retry-after': 'Sun, 15 Jun 2025 12:00:30 GMT' }),
    transientFailure('busy', 30_000),
  ],
  ['500', answer(500, { error: 'boom' }), transientFailure('serverFault')],
  [
    '503 with Retry-After',
    answer(503, undefined, { 'retry-after': '60' }),
    transientFailure('serverFault', 60_000),
  ],
  [
    'a token with 500',
    answer(500, { state: 'authenticated', session_token: 'tok_1' }),
    transientFailure('serverFault'),
  ],
];

describe('readIntentStatus', () => {
  for (const [name, outcome, status] of ROWS) {
    it(name, () => {
      assert.deepEqual(readIntentStatus(outcome, NOW_MS), status);
    });
  }

  it('accepts a token in the form of RFC 6750 only', () => {
    assert.equal(readSessionToken({ session_token: 'tok_1' }), 'tok_1');
    for (const value of [undefined, null, '', 'a b', '${x}', 7, {}, ['tok_1'], 'x'.repeat(20_000)]) {
      assert.equal(readSessionToken({ session_token: value }), undefined);
    }
    for (const json of [undefined, null, 'tok_1', [], 7]) assert.equal(readSessionToken(json), undefined);
  });
});
