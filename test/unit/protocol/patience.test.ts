import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isTrouble, sendPatiently } from '../../../src/protocol/patience.ts';
import {
  Conversation,
  html,
  json,
  networkError,
  never,
  redirect,
  type Reply,
  text,
} from '../support/conversation.ts';
import { FakeClock } from '../support/fakeClock.ts';

const REQUEST = { name: 'test', method: 'GET', url: 'https://auth.example/me' } as const;
const OK = json(200, { sub: 'me' });
const OFFLINE = networkError('ENOTFOUND');

/** What the server answers, when it is asked (in seconds), and what comes of it. */
const CASES: [name: string, replies: Reply[], times: number[], outcome: number | 'noAnswer' | 'redirect'][] =
  [
    ['an answer is an answer', [OK], [0], 200],
    ['a bad moment is sat out', [OFFLINE, OK], [0, 1], 200],
    [
      'the delay doubles',
      [OFFLINE, text(503, ''), text(429, ''), html(502), text(408, ''), OK],
      [0, 1, 3, 7, 15, 31],
      200,
    ],
    [
      'the last failure is what comes of six',
      [...Array<Reply>(5).fill(OFFLINE), html(500)],
      [0, 1, 3, 7, 15, 31],
      500,
    ],
    [
      'no answer is what comes of six without',
      Array<Reply>(6).fill(OFFLINE),
      [0, 1, 3, 7, 15, 31],
      'noAnswer',
    ],
    ['silence is sat out too', [never(), OK], [0, 16], 200],
    ['401 is an answer', [json(401, { error: 'invalid_token' })], [0], 401],
    ['403 is an answer', [json(403, {})], [0], 403],
    ['404 is an answer', [html(404)], [0], 404],
    ['a redirect is an answer', [redirect('https://elsewhere.example/')], [0], 'redirect'],
  ];

describe('patience', () => {
  for (const [name, replies, times, expected] of CASES) {
    it(name, async () => {
      const clock = new FakeClock();
      const conversation = new Conversation(clock, replies);
      const outcome = await clock.run(
        sendPatiently(conversation.http, REQUEST, new AbortController().signal),
      );
      assert.equal(outcome.kind === 'answer' ? outcome.status : outcome.kind, expected);
      assert.deepEqual(conversation.times, times);
      assert.equal(isTrouble(outcome), expected === 'noAnswer' || expected === 500);
      assert.equal(clock.pending, 0);
      conversation.assertOver();
    });
  }

  for (const [name, replies, at] of [
    ['in a wait', [OFFLINE, OFFLINE], 2_500],
    ['in a request', [never()], 3_000],
  ] as const) {
    it(`is cancelled at once ${name}`, async () => {
      const clock = new FakeClock();
      const conversation = new Conversation(clock, replies);
      const cancel = new AbortController();
      const reason = new Error('cancelled');
      clock.at(at, () => {
        cancel.abort(reason);
      });
      const sent = sendPatiently(conversation.http, REQUEST, cancel.signal);
      await assert.rejects(clock.run(sent), (error) => error === reason);
      assert.equal(clock.ranMs, at);
      assert.equal(clock.pending, 0);
      conversation.assertOver();
    });
  }
});
