import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { captures } from '../support/captures.ts';
import {
  html,
  json,
  networkError,
  neverEnds,
  opaqueRedirect,
  redirect,
  type Reply,
  text,
} from '../support/conversation.ts';
import { adomVerdicts, type SigmaVerdicts, sigmaVerdicts, type Verdicts } from '../support/judged.ts';

/** The first request fails at once: there was no good answer before. Its reason is in the tests of each service. */
const NOTHING: Omit<SigmaVerdicts, 'code'> = {
  wait: 'goes on',
  identify: 'provisional',
  verify: 'unknown',
  extend: 'unknown',
  renew: 'unknown',
  refresh: 'unknown',
  revoke: 'done',
};
const { extend, renew, refresh, ...NOTHING_AT_ADOM } = NOTHING;

const error = (code: string, status = 400, more = {}): Reply => json(status, { error: code, ...more });
const challenge = (value: string, status = 401): Reply => text(status, '', { 'www-authenticate': value });
const DEAD: (typeof SIGMA)[number][2] = {
  code: 'notTheService',
  identify: 'grantRejected',
  verify: 'rejected',
  extend: 'rejected',
};

/** The service's own answers, and how they differ from nothing. */
const SIGMA: [name: string, reply: Reply, verdicts: Partial<SigmaVerdicts> & Pick<Verdicts, 'code'>][] = [
  ['authorization_pending', error('authorization_pending'), { code: 'notTheService' }],
  ['authorization_pending with 428', error('authorization_pending', 428), { code: 'notTheService' }],
  ['slow_down', error('slow_down'), { code: 'notTheService' }],
  ['slow_down with 429', error('slow_down', 429), { code: 'unreachable' }],
  ['expired_token', error('expired_token'), { code: 'notTheService', wait: 'expired' }],
  ['access_denied', error('access_denied'), { code: 'denied', wait: 'denied' }],
  ['access_denied with 403', error('access_denied', 403), { code: 'denied', wait: 'denied' }],
  [
    'invalid_grant',
    error('invalid_grant'),
    { code: 'codeSpent', wait: 'codeSpent', renew: 'rejected', refresh: 'rejected' },
  ],
  ...(['invalid_client', 'unauthorized_client'] as const).flatMap((code) =>
    [400, 401].map((status): (typeof SIGMA)[number] => [
      `${code} with ${status}`,
      error(code, status),
      { code: 'clientRefused', wait: 'clientRefused', renew: 'clientRefused', refresh: 'clientRefused' },
    ]),
  ),
  [
    'unsupported_grant_type',
    error('unsupported_grant_type'),
    { code: 'clientRefused', wait: 'clientRefused' },
  ],
  ...[
    error('invalid_request', 400, { error_description: 'session not found' }),
    json(400, { code: 'VALIDATION_ERROR', message: 'Invalid input' }),
  ].map((reply, index): (typeof SIGMA)[number] => [
    `a refusal in words that may be about a refresh token (${index + 1})`,
    reply,
    { code: 'refused', wait: 'refused', identify: 'grantRejected', refresh: 'doubtful' },
  ]),
  ...[error('invalid_scope'), json(403, { code: 'FORBIDDEN', message: 'No' })].map(
    (reply, index): (typeof SIGMA)[number] => [
      `a refusal in other words (${index + 1})`,
      reply,
      { code: 'refused', wait: 'refused', identify: 'grantRejected' },
    ],
  ),
  ...[
    error('invalid_token', 401),
    error('unauthorized', 401),
    error('invalid_request', 400, { error_description: 'Invalid access token' }),
    json(401, { code: 'UNAUTHORIZED', message: 'Unauthorized' }),
    json(401, { code: 'SESSION_EXPIRED', message: 'Session expired' }),
    json(401, { code: 'UNAUTHORIZED' }),
    challenge('Bearer error="invalid_token"'),
    challenge('Bearer error=invalid_token'),
    challenge('bearer   error = "invalid_token"'),
    challenge('Bearer Error="invalid_token"'),
    challenge('Bearer realm="example", error="invalid_token", error_description="The \\"token\\" expired"'),
    challenge('Bearer realm="x" error="invalid_token"'),
    challenge('Negotiate YIIB==, Basic realm="a, b", Bearer error="in\\valid_token"'),
  ].map((reply, index): (typeof SIGMA)[number] => [`a dead token (${index + 1})`, reply, DEAD]),
];

const ADOM: [name: string, reply: Reply, verdicts: Partial<Verdicts>][] = [
  ['401', json(401, { error: 'unauthorized' }), { identify: 'grantRejected', verify: 'rejected' }],
  ['401 in other words', json(401, {}), { identify: 'grantRejected', verify: 'rejected' }],
  [
    '401 with a challenge',
    challenge('Bearer error="invalid_token"'),
    { identify: 'grantRejected', verify: 'rejected' },
  ],
  ['404', json(404, { error: 'Token not found' }), { wait: 'codeSpent' }],
  ['410', json(410, { error: 'Intent expired' }), { wait: 'expired' }],
];

/** Answers of something in between. Each has the form of the service's own in one respect, and not in another. */
const DISTURBANCES: [name: string, reply: Reply][] = [
  ...captures.map((capture): [string, Reply] => [`${capture.name}, captured`, capture]),
  ['a page', html(200)],
  ['a page with 401', html(401)],
  ['an XHTML page with 401', text(401, '<html/>', { 'content-type': 'application/xhtml+xml' })],
  ['a page without a type', text(401, '<!doctype html><title>Log in</title>')],
  ['a text with 401', text(401, 'Unauthorized', { 'content-type': 'text/plain' })],
  ['Negotiate', challenge('Negotiate, NTLM')],
  ['Negotiate with JSON', json(401, { error: 'unauthorized' }, { 'www-authenticate': 'Negotiate' })],
  ['a foreign realm', challenge('Bearer realm="zero-trust-gateway"')],
  [
    'a foreign realm with JSON',
    json(401, { error: 'unauthorized' }, { 'www-authenticate': 'Bearer realm="zero-trust-gateway"' }),
  ],
  ['a challenge with 403', challenge('Bearer error="invalid_token"', 403)],
  ['an empty 401', text(401, '')],
  ['a redirect', redirect('https://portal.example/')],
  ['a redirect in a browser', opaqueRedirect()],
  ['an empty 200', text(200, '')],
  ['half an answer', text(200, '{"error":"access_den')],
  ['an answer whose end never comes', neverEnds(200)],
  ['JSON of a portal', json(200, { login: 'required' })],
  ['408 with an error', error('invalid_grant', 408)],
  ['429', json(429, { code: 'TOO_MANY_REQUESTS', message: 'Too many requests' })],
  ['429 with an error', error('invalid_grant', 429)],
  ['500 with a title', json(500, { statusCode: 500, error: 'Internal Server Error' })],
  ['503 with an error', error('access_denied', 503)],
  ['400 with a title', json(400, { statusCode: 400, error: 'Bad Request', message: 'Bad Request' })],
  ['403 with a title', json(403, { error: 'Forbidden' })],
  ['403 with a code alone', json(403, { code: 'FORBIDDEN' })],
  ...[402, 405, 409, 421, 423, 425].map((status): [string, Reply] => [
    `${status} of what hosts the service`,
    json(status, { code: 'NOT_AVAILABLE', message: 'Not available' }),
  ]),
  ['server_error', error('server_error')],
  ['temporarily_unavailable', error('temporarily_unavailable', 503)],
  ['no network', networkError('ENOTFOUND')],
  ['a broken connection', networkError('ECONNRESET')],
];

describe('the service’s own answer: Sigma Identity', () => {
  for (const [name, reply, differs] of SIGMA)
    it(name, async () => {
      assert.deepEqual(await sigmaVerdicts(reply), { ...NOTHING, ...differs });
    });
});

describe('the service’s own answer: Adom', () => {
  for (const [name, reply, differs] of ADOM)
    it(name, async () => {
      const { code, ...verdicts } = await adomVerdicts(reply);
      assert.ok(code === 'notTheService' || code === 'unreachable');
      assert.deepEqual(verdicts, { ...NOTHING_AT_ADOM, ...differs });
    });
});

describe('something in between says nothing', () => {
  // Adom itself says so of an intent.
  const notFound: [string, Reply] = ['404', json(404, { code: 'NOT_FOUND', message: 'Function not found' })];
  for (const [name, reply] of [...DISTURBANCES, notFound])
    it(`to Sigma Identity: ${name}`, async () => {
      const { code, ...verdicts } = await sigmaVerdicts(reply);
      assert.ok(code === 'notTheService' || code === 'unreachable');
      assert.deepEqual(verdicts, NOTHING);
    });
  for (const [name, reply] of DISTURBANCES)
    it(`to Adom: ${name}`, async () => {
      const { code, ...verdicts } = await adomVerdicts(reply);
      assert.ok(code === 'notTheService' || code === 'unreachable');
      assert.deepEqual(verdicts, NOTHING_AT_ADOM);
    });
});
