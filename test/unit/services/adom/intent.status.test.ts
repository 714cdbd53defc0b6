import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { HttpOutcome } from '../../../../src/http/outcome.ts';
import type { Disturbance } from '../../../../src/oauth/judge.ts';
import {
  type IntentStatus,
  readIntentStatus,
  readSessionToken,
} from '../../../../src/services/adom/intent.ts';

const CODE_SPENT: IntentStatus = { kind: 'failed', failure: { kind: 'codeSpent' } };
const disturbance = (problem: Disturbance['problem'], status?: number): IntentStatus => ({
  kind: 'disturbance',
  problem,
  from: problem === 'busy' ? 'service' : 'somethingElse',
  ...(status !== undefined && { status }),
});
const answer = (status: number, json: unknown, headers: Record<string, string> = {}): HttpOutcome => ({
  kind: 'answer',
  status,
  headers: new Headers(headers),
  json,
});

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
  ['an unknown state', answer(200, { state: 'linked' }), disturbance('notTheService', 200)],
  ['other JSON', answer(200, [1]), disturbance('notTheService', 200)],
  ['null', answer(200, null), disturbance('notTheService', 200)],
  ['no JSON', answer(200, undefined), disturbance('notTheService', 200)],
  ['no content', answer(204, undefined), disturbance('notTheService', 204)],
  ['404 with JSON', answer(404, { error: 'not found' }), CODE_SPENT],
  ['404 without JSON', answer(404, undefined), disturbance('notFound', 404)],
  ['410', answer(410, { error: 'expired' }), { kind: 'expired' }],
  ['410 without JSON', answer(410, undefined), disturbance('notTheService', 410)],
  ['401', answer(401, { error: 'unauthorized' }), disturbance('notTheService', 401)],
  ['403', answer(403, undefined), disturbance('blocked', 403)],
  [
    'a token with 403',
    answer(403, { state: 'authenticated', session_token: 'tok_1' }),
    disturbance('blocked', 403),
  ],
  ['405', answer(405, undefined), disturbance('notFound', 405)],
  ['a redirect', { kind: 'redirect' }, disturbance('loginPage')],
  [
    'no answer',
    { kind: 'noAnswer', problem: 'dns' },
    { kind: 'disturbance', problem: 'dns', from: 'nobody' },
  ],
  ['408', answer(408, undefined), disturbance('serverFault', 408)],
  ['429', answer(429, {}), disturbance('busy', 429)],
  ['500', answer(500, { error: 'boom' }), disturbance('serverFault', 500)],
  [
    'a token with 500',
    answer(500, { state: 'authenticated', session_token: 'tok_1' }),
    disturbance('serverFault', 500),
  ],
];

describe('readIntentStatus', () => {
  for (const [name, outcome, status] of ROWS) {
    it(name, () => {
      assert.deepEqual(readIntentStatus(outcome), status);
    });
  }

  it('accepts a token only in the form of RFC 6750', () => {
    assert.equal(readSessionToken({ session_token: 'tok_1' }), 'tok_1');
    for (const value of [undefined, null, '', 'a b', '${x}', 7, {}, ['tok_1'], 'x'.repeat(20_000)]) {
      assert.equal(readSessionToken({ session_token: value }), undefined);
    }
    for (const json of [undefined, null, 'tok_1', [], 7]) assert.equal(readSessionToken(json), undefined);
  });
});
