import { describe, it } from 'node:test';

import type { Failure } from '../../../../src/oauth/failure.ts';
import {
  after,
  html,
  json,
  networkError,
  never,
  neverEnds,
  opaqueRedirect,
  redirect,
  type Reply,
  text,
} from '../../support/conversation.ts';
import { play, PENDING, type Scenario, SIGNED_IN, TOLD } from '../../support/intentScenario.ts';

const CODE_SPENT: Failure = { kind: 'codeSpent' };
const OFFLINE = networkError('ENOTFOUND');
const LOST = networkError('ECONNRESET');
const pending = (times: number): Reply[] => Array<Reply>(times).fill(PENDING);

/** The first poll comes after two seconds. */
const INTERVALS: Omit<Scenario, 'mode'>[] = [
  {
    name: 'ends at the first poll that gives the token',
    replies: [TOLD],
    asks: ['poll 2'],
    end: SIGNED_IN,
    contact: [true],
  },
  {
    name: 'polls every two seconds',
    replies: [...pending(4), TOLD],
    asks: ['poll 2', 'poll 4', 'poll 6', 'poll 8', 'poll 10'],
    end: SIGNED_IN,
    contact: [true],
  },
  {
    name: 'counts the two seconds from the answer, not from the request',
    replies: [after(5, PENDING), after(1, PENDING), TOLD],
    asks: ['poll 2', 'poll 9', 'poll 12'],
    end: SIGNED_IN,
  },
  {
    name: 'ignores unknown members of an answer',
    replies: [json(200, { state: 'pending', hint: 'x' }), json(200, { session_token: 'tok_1' })],
    asks: ['poll 2', 'poll 4'],
    end: SIGNED_IN,
  },
];

const TRANSIENT_FAILURES: Omit<Scenario, 'mode'>[] = [
  {
    name: 'no network: doubles the delay up to a minute, and polls every two seconds after an answer',
    replies: [OFFLINE, OFFLINE, OFFLINE, OFFLINE, OFFLINE, OFFLINE, PENDING, OFFLINE, TOLD],
    asks: [
      'poll 2',
      'poll 6',
      'poll 14',
      'poll 30',
      'poll 62',
      'poll 122',
      'poll 182',
      'poll 184',
      'poll 188',
    ],
    end: SIGNED_IN,
    contact: [false, true, false, true],
  },
  {
    name: '500, 502 with HTML, 503, 408',
    replies: [json(500, {}), html(502), text(503, ''), text(408, ''), TOLD],
    asks: ['poll 2', 'poll 6', 'poll 14', 'poll 30', 'poll 62'],
    end: SIGNED_IN,
    contact: [false, true],
  },
  {
    name: '429 without Retry-After',
    replies: [json(429, {}), TOLD],
    asks: ['poll 2', 'poll 6'],
    end: SIGNED_IN,
  },
  {
    name: '429 with Retry-After: waits for it',
    replies: [json(429, {}, { 'retry-after': '30' }), TOLD],
    asks: ['poll 2', 'poll 32'],
    end: SIGNED_IN,
  },
  {
    name: '429 with a short Retry-After: keeps the back-off',
    replies: [json(429, {}, { 'retry-after': '0' }), TOLD],
    asks: ['poll 2', 'poll 6'],
    end: SIGNED_IN,
  },
  {
    name: '503 with a Retry-After that is a date',
    replies: [text(503, '', { 'retry-after': 'Sun, 15 Jun 2025 12:01:02 GMT' }), TOLD],
    asks: ['poll 2', 'poll 62'],
    end: SIGNED_IN,
  },
  {
    name: 'no answer in 15 seconds',
    replies: [never(), TOLD],
    asks: ['poll 2', 'poll 21'],
    end: SIGNED_IN,
    contact: [false, true],
  },
  {
    name: 'half an answer for 15 seconds',
    replies: [neverEnds(200, '{"session_token":"'), TOLD],
    asks: ['poll 2', 'poll 21'],
    end: SIGNED_IN,
  },
  {
    name: 'a body that is too large',
    replies: [json(200, { session_token: 'tok_1', more: Array(50).fill('a'.repeat(100_000)) }), TOLD],
    asks: ['poll 2', 'poll 6'],
    end: SIGNED_IN,
  },
  {
    name: 'the answer with the token is lost: the next poll gets it',
    replies: [PENDING, LOST, TOLD],
    asks: ['poll 2', 'poll 4', 'poll 8'],
    end: SIGNED_IN,
    contact: [true, false, true],
  },
  {
    name: 'half of the answer with the token is lost: the next poll gets it',
    replies: [neverEnds(200, '{"state":"authenticated","session_token":"tok'), TOLD],
    asks: ['poll 2', 'poll 21'],
    end: SIGNED_IN,
  },
];

/** The intent came from the service, so something else has answered. */
const NOT_THE_SERVICE: [name: string, reply: Reply][] = [
  ['404 with HTML', html(404)],
  ['404 without a body', text(404, '')],
  ['410 without a body', text(410, '')],
  ['401', json(401, { error: 'unauthorized' })],
  ['403 with HTML', html(403)],
  ['405', json(405, {})],
  ['204', text(204, '')],
  ['200 with HTML', html(200)],
  ['malformed JSON', text(200, '{"state":"authenticated"')],
  ['an unknown state', json(200, { state: 'linked' })],
  ['a redirect, as Node reports it', redirect('https://evil.example/')],
  ['a redirect to itself', redirect('https://adom.example/auth/intents/int_1/status')],
  ['a redirect, as a browser reports it', opaqueRedirect()],
];

const ENDS: [name: string, reply: Reply, end: Scenario['end']][] = [
  ['410', json(410, { error: 'gone' }), 'expired'],
  ['404', json(404, { error: 'not found' }), CODE_SPENT],
  ['authenticated with an empty token', json(200, { state: 'authenticated', session_token: '' }), CODE_SPENT],
  ['authenticated without a token', json(200, { state: 'authenticated' }), CODE_SPENT],
  ['authenticated with a null token', json(200, { state: 'authenticated', session_token: null }), CODE_SPENT],
];

for (const [title, scenarios] of [
  ['interval', INTERVALS],
  ['polls again after a transient failure', TRANSIENT_FAILURES],
  [
    'polls again after an answer of something else',
    NOT_THE_SERVICE.map(
      ([name, reply]) =>
        ({
          name,
          replies: [PENDING, reply, reply, TOLD],
          asks: ['poll 2', 'poll 4', 'poll 8', 'poll 16'],
          end: SIGNED_IN,
          contact: [true, false, true],
        }) as const,
    ),
  ],
  [
    'answers that end it at once',
    ENDS.map(
      ([name, reply, end]) => ({ name, replies: [reply], asks: ['poll 2'], end, contact: [true] }) as const,
    ),
  ],
] as const) {
  describe(`intent by polling: ${title}`, () => {
    for (const scenario of scenarios) it(scenario.name, () => play({ ...scenario, mode: 'poll' }));
  });
}
