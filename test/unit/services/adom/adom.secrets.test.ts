import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SignInResult } from '../../../../src/signIn/signIn.ts';
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
import { CUT, END, eventStream, PING, pouring } from '../../support/eventStream.ts';
import { SignInWorld } from '../../support/signInWorld.ts';
import { adomWorld } from '../../support/serviceKit.ts';

/** CANARY finds each of these in any text, also a part of it. */
const SECRETS = {
  intentToken: 'canary-intent-5f1c',
  confirmationCode: 'CNRY-QXZW',
  sessionToken: 'canary-session-91ab',
};
const CANARY = /canary|CNRY|QXZW|5f1c|91ab/i;
const ORIGIN = 'https://adom.example';
const STATUS_URL = `${ORIGIN}/auth/intents/${SECRETS.intentToken}/status`;
const EVIL = `https://evil.example/?intent=${SECRETS.intentToken}&session=${SECRETS.sessionToken}`;

const ANSWER = {
  token: SECRETS.intentToken,
  created_at: '2025-06-15T12:00:00Z',
  expires_at: '2025-06-15T12:15:00Z',
  requested_max_age: 3_600,
  auth_url: `https://browser.example/auth/intent?token=${SECRETS.intentToken}`,
  updates_url: STATUS_URL,
  confirmation_code: SECRETS.confirmationCode,
};
const INTENT = json(201, ANSWER);
const PENDING = json(200, { state: 'pending' });
const EVENT = `event: authenticated\ndata: {"session_token":"${SECRETS.sessionToken}"}\n\n`;
const STREAMED = eventStream([
  [1, PING],
  [3, EVENT],
]);
const TOLD = json(200, { state: 'authenticated', session_token: SECRETS.sessionToken });
const USER = json(200, { id: 'usr_1', display_name: 'Ann', email: 'ann@example.org' });
/** The end of the session, and its proof. */
const LOGGED_OUT = [text(204, ''), json(401, { error: 'Unauthorized' })];
/** A server that repeats secrets in an answer. */
const echo = (status: number): Reply =>
  json(
    status,
    { error: `no ${SECRETS.intentToken}`, message: SECRETS.sessionToken, hint: SECRETS.confirmationCode },
    { location: EVIL, 'retry-after': SECRETS.confirmationCode, refresh: `0; url=${EVIL}` },
  );
const ELSEWHERE = redirect(EVIL);
const leakyError: Reply = {
  answer: () => {
    throw new TypeError(`cannot fetch ${STATUS_URL}`, { cause: new Error(SECRETS.sessionToken) });
  },
};
const leaky = (message: string): Reply =>
  eventStream([
    [1, `id: ${SECRETS.sessionToken}\n${message}`],
    [1, END],
  ]);

/** What is asked about a new token in two minutes. */
const patiently = (reply: Reply): Reply[] => Array<Reply>(16).fill(reply);

const SIGN_INS: [
  name: string,
  replies: Reply[],
  ends: SignInResult['kind'] | 'canceled',
  cancelAt?: number,
][] = [
  ['success', [INTENT, STREAMED, USER], 'signedIn'],
  ['success with a cookie', [INTENT, STREAMED, echo(401), USER], 'signedIn'],
  ['success without the user', [INTENT, STREAMED, ...patiently(html(404))], 'signedIn'],
  [
    'success after transient failures',
    [
      INTENT,
      leaky(
        `data: ${SECRETS.sessionToken}\n\nevent: authenticated\ndata: {"session_token":${SECRETS.sessionToken}\n\n`,
      ),
      PENDING,
      json(429, { message: SECRETS.confirmationCode }, { 'retry-after': SECRETS.intentToken }),
      echo(500),
      networkError('ECONNRESET'),
      leakyError,
      neverEnds(200, `{"session_token":"${SECRETS.sessionToken}`),
      TOLD,
      echo(503),
      leakyError,
      USER,
    ],
    'signedIn',
  ],
  [
    'half an event',
    [
      INTENT,
      eventStream([
        [1, EVENT.slice(0, -3)],
        [2, CUT],
      ]),
      TOLD,
      USER,
    ],
    'signedIn',
  ],
  [
    'a stream that sends a secret without end',
    [INTENT, pouring(`:${SECRETS.sessionToken.repeat(1_000)}\n`), TOLD, USER],
    'signedIn',
  ],
  ['the stream is redirected', [INTENT, ELSEWHERE, TOLD, USER], 'signedIn'],
  ['the stream is redirected in a browser', [INTENT, opaqueRedirect(), TOLD, USER], 'signedIn'],
  ['the stream gets no answer', [INTENT, leakyError, TOLD, USER], 'signedIn'],
  ['the user is redirected', [INTENT, STREAMED, ...patiently(ELSEWHERE)], 'signedIn'],
  ['no intent: refused', [echo(400)], 'failed'],
  ['no intent: redirected', [ELSEWHERE], 'failed'],
  ['no intent: unreachable', [leakyError], 'failed'],
  ['no intent: half of one', [text(201, JSON.stringify(ANSWER).slice(0, -1))], 'failed'],
  ['an updates_url on another origin', [json(201, { ...ANSWER, updates_url: EVIL })], 'failed'],
  [
    'an auth_url that is a command',
    [json(201, { ...ANSWER, auth_url: `command:${SECRETS.intentToken}` })],
    'failed',
  ],
  ['stream and poll are redirected', [INTENT, ELSEWHERE, ELSEWHERE, TOLD, USER], 'signedIn'],
  ['an error that holds a secret', [INTENT, echo(404), echo(404)], 'failed'],
  ['HTML instead of a token', [INTENT, html(200), html(200), TOLD, USER], 'signedIn'],
  ['the token is rejected', [INTENT, STREAMED, ...Array<Reply>(6).fill(echo(401)), ...LOGGED_OUT], 'failed'],
  [
    'the token is rejected and the logout is redirected',
    [INTENT, STREAMED, ...Array<Reply>(6).fill(echo(401)), ELSEWHERE, ...LOGGED_OUT],
    'failed',
  ],
  ['canceled during a stream', [INTENT, eventStream([[1, EVENT.slice(0, -3)]])], 'canceled', 8],
  ['canceled between polls', [INTENT, html(200), ...Array<Reply>(5).fill(PENDING)], 'canceled', 9],
  ['canceled during a poll', [INTENT, html(200), never()], 'canceled', 8],
  ['canceled during the request for the user', [INTENT, STREAMED, never(), ...LOGGED_OUT], 'canceled', 8],
  [
    'canceled, and the logout gets no answer',
    [INTENT, STREAMED, after(9, USER), never(), ...LOGGED_OUT],
    'canceled',
    8,
  ],
];

describe('secrets in an Adom sign-in', () => {
  for (const [name, replies, ends, cancelAt] of SIGN_INS) {
    it(`are sent only where they are needed: ${name}`, async () => {
      const { clock, conversation, service } = adomWorld(replies, { sessionMaxAgeSeconds: 3_600 });
      const { log, requests } = conversation;
      const world = new SignInWorld(clock, service);
      if (cancelAt !== undefined) {
        clock.at(cancelAt * 1000, () => {
          world.screen.cancel();
        });
      }

      const result = await clock.run(world.signIn([]));
      // What runs in the background. The first question about a provisional account comes after 30 seconds.
      await clock.advance(ends === 'signedIn' ? 20_000 : 60_000);
      world.closed.abort();
      await clock.settle();
      conversation.assertOver();
      assert.equal(clock.pending, 0);
      assert.equal(result.kind, ends);
      if (result.kind === 'failed') assert.doesNotMatch(JSON.stringify(result), CANARY);
      if (result.kind === 'signedIn') assert.doesNotMatch(JSON.stringify(result.record.person), CANARY);

      const lines = [...log.lines, ...world.log.lines];
      assert.ok(lines.length > 1);
      for (const line of lines) assert.doesNotMatch(line, CANARY);

      for (const { url, redirect, headers, body } of requests) {
        assert.equal(new URL(url).origin, ORIGIN);
        assert.equal(redirect, 'manual');
        // The intent's token is part of its own address, and of no other.
        if (url !== STATUS_URL) assert.doesNotMatch(url, CANARY);
        const { authorization, cookie, ...others } = headers;
        assert.doesNotMatch(JSON.stringify({ others, body }), CANARY, 'needed by no request');
        const sent = authorization ?? cookie;
        assert.equal(
          sent !== undefined,
          /\/(user|logout)$/.test(url),
          'the session token goes to /user and /logout only',
        );
        if (authorization !== undefined) assert.equal(authorization, `Bearer ${SECRETS.sessionToken}`);
        if (cookie !== undefined) assert.equal(cookie, `session_token=${SECRETS.sessionToken}`);
      }
    });
  }
});
