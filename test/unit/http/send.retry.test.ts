import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { backOffMs, isTransientFailure, retryAfterMs, sendWithRetries } from '../../../src/http/send.ts';
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

/** The server's replies, when the requests come (in seconds), and the last outcome. */
const CASES: [name: string, replies: Reply[], times: number[], outcome: number | 'noAnswer' | 'redirect'][] =
  [
    ['does not repeat a request that succeeds', [OK], [0], 200],
    ['tries again after a network error', [OFFLINE, OK], [0, 1], 200],
    [
      'doubles the delay',
      [OFFLINE, text(503, ''), text(429, ''), html(502), text(408, ''), OK],
      [0, 1, 3, 7, 15, 31],
      200,
    ],
    [
      'gives the last answer after five retries',
      [...Array<Reply>(5).fill(OFFLINE), html(500)],
      [0, 1, 3, 7, 15, 31],
      500,
    ],
    [
      'gives noAnswer when no request got an answer',
      Array<Reply>(6).fill(OFFLINE),
      [0, 1, 3, 7, 15, 31],
      'noAnswer',
    ],
    ['tries again after a time-out', [never(), OK], [0, 16], 200],
    [
      'does not repeat a request after a refused certificate',
      [networkError('CERT_HAS_EXPIRED')],
      [0],
      'noAnswer',
    ],
    ['does not repeat a 401', [json(401, { error: 'invalid_token' })], [0], 401],
    ['does not repeat a 403', [json(403, {})], [0], 403],
    ['does not repeat a 404', [html(404)], [0], 404],
    ['does not repeat a redirect', [redirect('https://elsewhere.example/')], [0], 'redirect'],
  ];

describe('sendWithRetries', () => {
  for (const [name, replies, times, expected] of CASES) {
    it(name, async () => {
      const clock = new FakeClock();
      const conversation = new Conversation(clock, replies);
      const outcome = await clock.run(
        sendWithRetries(conversation.http, REQUEST, new AbortController().signal),
      );
      assert.equal(outcome.kind === 'answer' ? outcome.status : outcome.kind, expected);
      assert.deepEqual(conversation.times, times);
      assert.equal(isTransientFailure(outcome), expected === 'noAnswer' || expected === 500);
      assert.equal(clock.pending, 0);
      conversation.assertOver();
    });
  }

  for (const [name, replies, at] of [
    ['during a delay', [OFFLINE, OFFLINE], 2_500],
    ['during a request', [never()], 3_000],
  ] as const) {
    it(`rejects at once when it is cancelled ${name}`, async () => {
      const clock = new FakeClock();
      const conversation = new Conversation(clock, replies);
      const cancel = new AbortController();
      const reason = new Error('cancelled');
      clock.at(at, () => {
        cancel.abort(reason);
      });
      const sent = sendWithRetries(conversation.http, REQUEST, cancel.signal);
      await assert.rejects(clock.run(sent), (error) => error === reason);
      assert.equal(clock.ranMs, at);
      assert.equal(clock.pending, 0);
      conversation.assertOver();
    });
  }
});

describe('backOffMs', () => {
  it('doubles from failure to failure, up to a minute', () => {
    const delays = [1, 2, 3, 4, 5, 10, 5_000].map((failures) => backOffMs(5_000, failures));
    assert.deepEqual(delays, [10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000]);
  });

  it('is never shorter than the interval', () => {
    assert.equal(backOffMs(90_000, 1), 90_000);
  });
});

const NOW_MS = Date.parse('2025-06-15T12:00:00Z');
const HEADERS: [headers: Record<string, string>, ms: number | undefined][] = [
  [{}, undefined],
  [{ 'Retry-After': '30' }, 30_000],
  [{ 'Retry-After': '0' }, 0],
  [{ 'Retry-After': ' 30 ' }, 30_000],
  [{ 'Retry-After': '1.5' }, 1_500],
  [{ 'X-Retry-After': '20' }, 20_000],
  [{ 'Retry-After': '30', 'X-Retry-After': '20' }, 30_000],
  [{ 'Retry-After': '', 'X-Retry-After': '20' }, 20_000],
  [{ 'Retry-After': 'soon', 'X-Retry-After': '20' }, 20_000],
  [{ 'Retry-After': 'soon' }, undefined],
  [{ 'Retry-After': '1.25' }, 1_250],
  [{ 'Retry-After': '2025-06-15T12:00:30Z' }, 30_000],
  // RFC 9110 §5.6.7: the preferred form of a date, and an obsolete one
  [{ 'Retry-After': 'Sun, 15 Jun 2025 12:01:00 GMT' }, 60_000],
  [{ 'Retry-After': 'Sunday, 15-Jun-25 12:01:00 GMT' }, 60_000],
  [{ 'Retry-After': 'Sun Jun 15 12:01:00 GMT 2025' }, 60_000],
  [{ 'Retry-After': 'Sun, 15 Jun 2025 11:00:00 GMT' }, 0],
];

describe('retryAfterMs', () => {
  for (const [headers, ms] of HEADERS) {
    it(`reads ${JSON.stringify(headers)} as ${ms ?? 'nothing'}`, () => {
      assert.equal(retryAfterMs(new Headers(headers), NOW_MS), ms);
    });
  }
});
