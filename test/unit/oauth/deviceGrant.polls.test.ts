import { describe, it } from 'node:test';

import type { Failure } from '../../../src/oauth/failure.ts';
import { json, type Reply } from '../support/conversation.ts';
import { play, type Scenario } from '../support/deviceGrantScenario.ts';

const refusal = (error: string, status = 400): Reply => json(status, { error });
const PENDING = refusal('authorization_pending');
const SLOW_DOWN = refusal('slow_down');
const GRANTED = json(200, { access_token: 'token', token_type: 'Bearer', expires_in: 3600, scope: 'openid' });
const SIGNED_IN: Scenario['end'] = {
  granted: { accessToken: 'token', scopes: ['openid'], expiresInSeconds: 3600 },
};

/** Every poll comes half a second after the interval, so that no server sees it as too early. */
const INTERVALS: Scenario[] = [
  {
    name: 'ends at the first poll that grants',
    replies: [GRANTED],
    polls: [5.5],
    end: SIGNED_IN,
    contact: [true],
  },
  {
    name: 'polls at the interval while the answer is authorization_pending',
    replies: [PENDING, PENDING, PENDING, GRANTED],
    polls: [5.5, 11, 16.5, 22],
    end: SIGNED_IN,
    contact: [true, true, true, true],
  },
  {
    name: 'uses five seconds when the server names no interval (RFC 8628 §3.2)',
    code: { interval: undefined },
    replies: [PENDING, GRANTED],
    polls: [5.5, 11],
    end: SIGNED_IN,
  },
  ...[null, 0, -3, 'x', {}].map((interval) => ({
    name: `uses five seconds for the interval ${JSON.stringify(interval)}`,
    code: { interval },
    replies: [GRANTED],
    polls: [5.5],
    end: SIGNED_IN,
  })),
  {
    name: 'uses the interval that the server names',
    code: { interval: 12 },
    replies: [PENDING, GRANTED],
    polls: [12.5, 25],
    end: SIGNED_IN,
  },
  {
    name: 'uses an interval of one second',
    code: { interval: 1 },
    replies: [PENDING, PENDING, GRANTED],
    polls: [1.5, 3, 4.5],
    end: SIGNED_IN,
  },
  {
    name: 'counts the interval from the answer, not from the request',
    replies: [{ ...PENDING, seconds: 4 }, GRANTED],
    polls: [5.5, 15],
    end: SIGNED_IN,
  },
  {
    name: 'polls again after slow_down with 5 s more, also later (RFC 8628 §3.5)',
    replies: [PENDING, SLOW_DOWN, PENDING, PENDING, GRANTED],
    polls: [5.5, 11, 21.5, 32, 42.5],
    end: SIGNED_IN,
    contact: [true, true, true, true, true],
  },
  {
    name: 'uses the interval that slow_down names, if it is longer, also later',
    replies: [json(400, { error: 'slow_down', interval: 30 }), PENDING, SLOW_DOWN, GRANTED],
    polls: [5.5, 36, 66.5, 102],
    end: SIGNED_IN,
  },
  {
    name: 'adds 5 s to the interval when slow_down names a shorter one',
    replies: [json(400, { error: 'slow_down', interval: 6 }), GRANTED],
    polls: [5.5, 16],
    end: SIGNED_IN,
  },
  {
    name: 'adds 10 s after two slow_down answers',
    replies: [SLOW_DOWN, SLOW_DOWN, PENDING, GRANTED],
    polls: [5.5, 16, 31.5, 47],
    end: SIGNED_IN,
  },
];

const refused = (message: string): Failure => ({ kind: 'refused', message });
const clientRefused = (error: string): Failure => ({ kind: 'clientRefused', error });

/** The reply to the only poll, and the result. */
const ENDS: [name: string, reply: Reply, end: Scenario['end']][] = [
  ['expired_token', refusal('expired_token'), 'expired'],
  ['access_denied', refusal('access_denied'), { kind: 'denied' }],
  ['invalid_client as 400', refusal('invalid_client'), clientRefused('invalid_client')],
  ['invalid_client as 401', refusal('invalid_client', 401), clientRefused('invalid_client')],
  ['unauthorized_client', refusal('unauthorized_client', 401), clientRefused('unauthorized_client')],
  ['unsupported_grant_type', refusal('unsupported_grant_type'), clientRefused('unsupported_grant_type')],
  [
    'VALIDATION_ERROR of better-auth',
    json(400, { message: '[body.client_id] Invalid input', code: 'VALIDATION_ERROR' }),
    refused('[body.client_id] Invalid input'),
  ],
  [
    'an unknown error with a description',
    json(400, { error: 'odd', error_description: 'Odd request', message: 'no' }),
    refused('Odd request'),
  ],
  ['an unknown error without a description', refusal('odd'), refused('odd')],
  [
    'a token_type other than Bearer',
    json(200, { access_token: 't', token_type: 'DPoP' }),
    refused('token_type DPoP'),
  ],
  [
    'a grant with a refresh token',
    json(200, { access_token: 't', token_type: 'bearer', expires_in: 60, refresh_token: 'r' }),
    { granted: { accessToken: 't', refreshToken: 'r', expiresInSeconds: 60 } },
  ],
  [
    'a grant with an ID token and scopes',
    json(200, { access_token: 't', id_token: 'e30.e30.c2ln', scope: ' openid  profile' }),
    { granted: { accessToken: 't', idToken: 'e30.e30.c2ln', scopes: ['openid', 'profile'] } },
  ],
  ['a grant with a token only', json(200, { access_token: 't' }), { granted: { accessToken: 't' } }],
  [
    'a grant with nulls',
    json(200, {
      access_token: 't',
      token_type: 'Bearer',
      expires_in: null,
      refresh_token: null,
      error: null,
    }),
    { granted: { accessToken: 't' } },
  ],
  [
    'a grant with members of the wrong type',
    json(200, {
      access_token: 't',
      expires_in: 'soon',
      refresh_token: 7,
      id_token: 'not a JWT',
      scope: ['openid'],
    }),
    { granted: { accessToken: 't' } },
  ],
  [
    'a grant with empty members and a life of 0',
    json(200, { access_token: 't', expires_in: 0, refresh_token: '', id_token: '', scope: ' ' }),
    { granted: { accessToken: 't' } },
  ],
];

describe('device grant: interval', () => {
  for (const scenario of INTERVALS) it(scenario.name, () => play(scenario));
});

describe('device grant: answers that end it at once', () => {
  for (const [name, reply, end] of ENDS)
    it(name, () => play({ name, replies: [reply], polls: [5.5], end, contact: [true] }));
});
