import { describe, it } from 'node:test';

import {
  html,
  json,
  networkError,
  never,
  neverEnds,
  redirect,
  type Reply,
  text,
} from '../support/conversation.ts';
import { play, type Scenario } from '../support/deviceGrantScenario.ts';

const refusal = (error: string, status = 400): Reply => json(status, { error });
const PENDING = refusal('authorization_pending');
const SLOW_DOWN = refusal('slow_down');
const GRANTED = json(200, { access_token: 'token', token_type: 'Bearer', expires_in: 3600, scope: 'openid' });
const SIGNED_IN: Scenario['end'] = {
  granted: { accessToken: 'token', scopes: ['openid'], expiresInSeconds: 3600 },
};
const REFUSED_CONNECTION = networkError('ECONNREFUSED');

const tooMany = (headers: Record<string, string>): Reply =>
  json(429, { message: 'Too many requests.' }, headers);

const TOO_MANY_REQUESTS: Scenario[] = [
  {
    name: 'waits for Retry-After in seconds, and then polls at the interval again',
    replies: [tooMany({ 'retry-after': '30' }), PENDING, GRANTED],
    polls: [5.5, 36, 41.5],
    end: SIGNED_IN,
    contact: [true, true, true],
  },
  {
    name: 'waits until a Retry-After that is an HTTP date',
    replies: [tooMany({ 'retry-after': 'Sun, 15 Jun 2025 12:01:05 GMT' }), PENDING, GRANTED],
    polls: [5.5, 65.5, 71],
    end: SIGNED_IN,
  },
  {
    name: 'backs off when the date has passed',
    replies: [tooMany({ 'retry-after': 'Sun, 15 Jun 2025 11:00:00 GMT' }), GRANTED],
    polls: [5.5, 16],
    end: SIGNED_IN,
  },
  {
    name: 'waits for X-Retry-After, as better-auth sends it',
    replies: [tooMany({ 'x-retry-after': '20' }), GRANTED],
    polls: [5.5, 26],
    end: SIGNED_IN,
  },
  {
    name: 'measures a date by the clock of the server',
    replies: [
      tooMany({ 'retry-after': 'Sun, 15 Jun 2025 13:01:00 GMT', date: 'Sun, 15 Jun 2025 13:00:00 GMT' }),
      GRANTED,
    ],
    polls: [5.5, 66],
    end: SIGNED_IN,
  },
  {
    name: 'backs off without Retry-After',
    replies: [tooMany({}), tooMany({}), PENDING, GRANTED],
    polls: [5.5, 16, 36.5, 42],
    end: SIGNED_IN,
  },
  {
    name: 'backs off when Retry-After is shorter',
    replies: [tooMany({ 'retry-after': '2' }), GRANTED],
    polls: [5.5, 16],
    end: SIGNED_IN,
  },
  {
    name: 'backs off from the interval of slow_down when Retry-After is shorter',
    replies: [SLOW_DOWN, tooMany({ 'retry-after': '7' }), GRANTED],
    polls: [5.5, 16, 36.5],
    end: SIGNED_IN,
  },
  {
    name: 'ignores a malformed Retry-After',
    replies: [tooMany({ 'retry-after': 'soon' }), GRANTED],
    polls: [5.5, 16],
    end: SIGNED_IN,
  },
  {
    name: 'polls once more before the deadline when Retry-After is longer than the life of the code',
    code: { expires_in: 60 },
    replies: [tooMany({ 'retry-after': '3600' }), GRANTED],
    polls: [5.5, 55],
    end: SIGNED_IN,
  },
];

const TRANSIENT_FAILURES: Scenario[] = [
  ...(
    [
      ['404', json(404, { message: 'Not Found' })],
      ['404 with HTML', html(404)],
      ['405', json(405, { message: 'Method Not Allowed' })],
      ['403 with HTML', html(403)],
      ['200 with HTML', html(200)],
      ['200 with other JSON', json(200, ['hello'])],
      ['an empty 200', text(200, '')],
      ['half of a grant', text(200, '{"access_token":"token"')],
      ['204', text(204, '')],
      ['a redirect', redirect('https://elsewhere.example/')],
      ['an empty access token', json(200, { access_token: '', token_type: 'Bearer' })],
      ['no access token', json(200, { token_type: 'Bearer' })],
      ['an unknown error with 200', refusal('odd', 200)],
      ['401 with a message', json(401, { message: 'Unauthorized' })],
      ['400 with an empty object', json(400, {})],
      ['400 with an error that is a number', json(400, { error: 7 })],
      ['400 with a title as its error', json(400, { statusCode: 400, error: 'Bad Request' })],
      ['access_denied as 503', refusal('access_denied', 503)],
      ['500', text(500, '')],
      ['502 with HTML', html(502)],
      ['503', json(503, { message: 'Service Unavailable' })],
      ['504', text(504, 'upstream timed out')],
      ['408', text(408, '')],
      ['500 with an unknown error', refusal('database_on_fire', 500)],
      ['a refused connection', REFUSED_CONNECTION],
      ['a reset connection', networkError('ECONNRESET')],
      ['no DNS', networkError('ENOTFOUND')],
      ['an answer of more than four megabytes', text(200, ' '.repeat(4 * 1024 * 1024 + 1))],
    ] as const
  ).map(([what, reply]) => ({
    name: `polls again after ${what}`,
    replies: [reply, PENDING, GRANTED],
    polls: [5.5, 16, 21.5],
    end: SIGNED_IN,
    contact: [false, true, true],
  })),
  ...[
    refusal('server_error'),
    refusal('server_error', 500),
    refusal('temporarily_unavailable'),
    refusal('temporarily_unavailable', 503),
  ].map((reply, index) => ({
    name: `polls again when the service itself says that it has a problem (${index + 1})`,
    replies: [reply, PENDING, GRANTED],
    polls: [5.5, 16, 21.5],
    end: SIGNED_IN,
    contact: [true, true, true],
  })),
  ...(
    [
      ['no answer for 15 seconds', never()],
      ['half an answer for 15 seconds', neverEnds(200)],
    ] as const
  ).map(([what, reply]) => ({
    name: `polls again after ${what}`,
    replies: [reply, GRANTED],
    polls: [5.5, 31],
    end: SIGNED_IN,
    contact: [false, true],
  })),
  {
    name: 'doubles the delay up to a minute (RFC 8628 §3.5)',
    replies: [...Array<Reply>(7).fill(REFUSED_CONNECTION), GRANTED],
    polls: [5.5, 16, 36.5, 77, 137.5, 198, 258.5, 319],
    end: SIGNED_IN,
    contact: [false, false, false, false, false, false, false, true],
  },
  {
    name: 'polls at the interval after an answer, and starts the back-off anew after the next failure',
    replies: [REFUSED_CONNECTION, REFUSED_CONNECTION, PENDING, PENDING, text(500, ''), GRANTED],
    polls: [5.5, 16, 36.5, 42, 47.5, 58],
    end: SIGNED_IN,
    contact: [false, false, true, true, false, true],
  },
  {
    name: 'doubles the delay after failures of different kinds',
    replies: [networkError('ENOTFOUND'), html(503), refusal('server_error'), GRANTED],
    polls: [5.5, 16, 36.5, 77],
    end: SIGNED_IN,
  },
  {
    name: 'keeps the 5 s of slow_down after a failure',
    replies: [SLOW_DOWN, REFUSED_CONNECTION, PENDING, GRANTED],
    polls: [5.5, 16, 36.5, 47],
    end: SIGNED_IN,
  },
  {
    name: 'keeps an interval that is longer than the longest delay',
    code: { interval: 90 },
    replies: [REFUSED_CONNECTION, GRANTED],
    polls: [90.5, 181],
    end: SIGNED_IN,
  },
  {
    name: 'polls once more before the deadline, and expires, while the server cannot be reached',
    code: { expires_in: 60 },
    replies: [REFUSED_CONNECTION, REFUSED_CONNECTION, REFUSED_CONNECTION, REFUSED_CONNECTION],
    polls: [5.5, 16, 36.5, 55],
    end: 'expired',
    endsAt: 60,
    contact: [false, false, false, false],
  },
  {
    name: 'gets an approval with the last poll, after the network was away near the end',
    code: { expires_in: 60 },
    replies: [...Array<Reply>(3).fill(REFUSED_CONNECTION), GRANTED],
    polls: [5.5, 16, 36.5, 55],
    end: SIGNED_IN,
  },
  {
    name: 'sends no last poll when the interval leaves no time for it',
    code: { expires_in: 60, interval: 29 },
    replies: [PENDING, REFUSED_CONNECTION],
    polls: [29.5, 59],
    end: 'expired',
    endsAt: 60,
  },
];

describe('device grant: 429', () => {
  for (const scenario of TOO_MANY_REQUESTS) it(scenario.name, () => play(scenario));
});

describe('device grant: transient failures', () => {
  for (const scenario of TRANSIENT_FAILURES) it(scenario.name, () => play(scenario));
});
