import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { HttpOutcome } from '../../../src/protocol/http.ts';
import { rejectsToken } from '../../../src/protocol/tokenRejection.ts';

function answer(status: number, json?: unknown, challenge?: string): HttpOutcome {
  const headers = new Headers(challenge === undefined ? {} : { 'www-authenticate': challenge });
  return { kind: 'answer', status, headers, json };
}

const INVALID = 'Bearer error="invalid_token"';

/** RFC 6750 §3.1, and what better-auth and Sigma's own documents say instead. */
const DEAD: [name: string, outcome: HttpOutcome][] = [
  ['401 invalid_token', answer(401, { error: 'invalid_token' })],
  ['401 invalid_token with words', answer(401, { error: 'invalid_token', error_description: 'expired' })],
  [
    '401 invalid_token with words of an odd kind',
    answer(401, { error: 'invalid_token', error_description: 7 }),
  ],
  ['401 unauthorized', answer(401, { error: 'unauthorized' })],
  ['401 with a challenge only', answer(401, undefined, INVALID)],
  [
    '401 with a whole challenge',
    answer(401, {}, `Bearer realm="x", error="invalid_token", error_description="x"`),
  ],
  ['401 with a challenge and another body', answer(401, { message: 'no' }, INVALID)],
  ['401 with the second of two challenges', answer(401, undefined, `Basic realm="x", ${INVALID}`)],
  [
    '400 of an older better-auth',
    answer(400, { error: 'invalid_request', error_description: 'Invalid access token' }),
  ],
];

const NOT_DEAD: [name: string, outcome: HttpOutcome][] = [
  ['401 without a word', answer(401)],
  ['401 with an empty object', answer(401, {})],
  ['401 with another error', answer(401, { error: 'invalid_client' })],
  ['401 with a message only', answer(401, { message: 'unauthorized' })],
  ['401 with an error of an odd kind', answer(401, { error: ['invalid_token'] })],
  ['401 with a text', answer(401, 'invalid_token')],
  ['401 with a list', answer(401, [{ error: 'invalid_token' }])],
  ['401 with null', answer(401, null)],
  ['401 of a proxy', answer(401, undefined, 'Basic realm="proxy"')],
  ['401 of a proxy that wants its own token', answer(401, undefined, 'Bearer realm="proxy"')],
  ['401 that wants more scope', answer(401, undefined, 'Bearer error="insufficient_scope"')],
  ['400 without a word', answer(400)],
  ['400 with other words', answer(400, { error: 'invalid_request', error_description: 'No access token' })],
  ['400 with another error', answer(400, { error: 'invalid', error_description: 'Invalid access token' })],
  ['400 with the words alone', answer(400, { error_description: 'Invalid access token' })],
  ['400 invalid_request', answer(400, { error: 'invalid_request' })],
  ['400 invalid_token', answer(400, { error: 'invalid_token' }, INVALID)],
  ...[200, 204, 403, 404, 407, 408, 410, 429, 500, 502, 503].map((status): [string, HttpOutcome] => [
    `${status}, whatever it says`,
    answer(status, { error: 'invalid_token', error_description: 'Invalid access token' }, INVALID),
  ]),
  ['a redirect', { kind: 'redirect' }],
  ['no answer', { kind: 'noAnswer' }],
];

describe('an answer to an access token', () => {
  for (const [name, outcome] of DEAD) {
    it(`says that it is dead: ${name}`, () => {
      assert.equal(rejectsToken(outcome), true);
    });
  }
  for (const [name, outcome] of NOT_DEAD) {
    it(`leaves it alive: ${name}`, () => {
      assert.equal(rejectsToken(outcome), false);
    });
  }
});
