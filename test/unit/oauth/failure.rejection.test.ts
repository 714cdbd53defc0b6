import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { HttpOutcome } from '../../../src/http/outcome.ts';
import { rejectsToken } from '../../../src/oauth/failure.ts';

function answer(status: number, json?: unknown, challenge?: string): HttpOutcome {
  const headers = new Headers(challenge === undefined ? {} : { 'www-authenticate': challenge });
  return { kind: 'answer', status, headers, json };
}

const INVALID = 'Bearer error="invalid_token"';

/** RFC 6750 §3.1, and the answers of better-auth and of Sigma's documents. */
const REJECTED: [name: string, outcome: HttpOutcome][] = [
  ['401 invalid_token', answer(401, { error: 'invalid_token' })],
  ['401 invalid_token with words', answer(401, { error: 'invalid_token', error_description: 'expired' })],
  [
    '401 invalid_token with a description that is a number',
    answer(401, { error: 'invalid_token', error_description: 7 }),
  ],
  ['401 unauthorized', answer(401, { error: 'unauthorized' })],
  ['401 with a challenge only', answer(401, undefined, INVALID)],
  [
    '401 with a challenge of several parameters',
    answer(401, {}, `Bearer realm="x", error="invalid_token", error_description="x"`),
  ],
  ['401 with a challenge and another body', answer(401, { message: 'no' }, INVALID)],
  ['401 with two challenges', answer(401, undefined, `Basic realm="x", ${INVALID}`)],
  [
    '400 of an older version of better-auth',
    answer(400, { error: 'invalid_request', error_description: 'Invalid access token' }),
  ],
];

const NOT_REJECTED: [name: string, outcome: HttpOutcome][] = [
  ['401 without a body', answer(401)],
  ['401 with an empty object', answer(401, {})],
  ['401 with another error', answer(401, { error: 'invalid_client' })],
  ['401 with a message only', answer(401, { message: 'unauthorized' })],
  ['401 with an error that is a list', answer(401, { error: ['invalid_token'] })],
  ['401 with a text', answer(401, 'invalid_token')],
  ['401 with a list', answer(401, [{ error: 'invalid_token' }])],
  ['401 with null', answer(401, null)],
  ['401 of a proxy', answer(401, undefined, 'Basic realm="proxy"')],
  ['401 of a proxy that wants its own token', answer(401, undefined, 'Bearer realm="proxy"')],
  ['401 insufficient_scope', answer(401, undefined, 'Bearer error="insufficient_scope"')],
  ['400 without a body', answer(400)],
  [
    '400 with another description',
    answer(400, { error: 'invalid_request', error_description: 'No access token' }),
  ],
  ['400 with another error', answer(400, { error: 'invalid', error_description: 'Invalid access token' })],
  ['400 with a description only', answer(400, { error_description: 'Invalid access token' })],
  ['400 invalid_request', answer(400, { error: 'invalid_request' })],
  ['400 invalid_token', answer(400, { error: 'invalid_token' }, INVALID)],
  ...[200, 204, 403, 404, 407, 408, 410, 429, 500, 502, 503].map((status): [string, HttpOutcome] => [
    `${status} with any error`,
    answer(status, { error: 'invalid_token', error_description: 'Invalid access token' }, INVALID),
  ]),
  ['a redirect', { kind: 'redirect' }],
  ['no answer', { kind: 'noAnswer', problem: 'reset' }],
];

describe('rejectsToken', () => {
  for (const [name, outcome] of REJECTED) {
    it(`is true for ${name}`, () => {
      assert.equal(rejectsToken(outcome), true);
    });
  }
  for (const [name, outcome] of NOT_REJECTED) {
    it(`is false for ${name}`, () => {
      assert.equal(rejectsToken(outcome), false);
    });
  }
});
