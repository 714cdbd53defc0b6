import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { waitForIntent } from '../../../../src/services/adom/updates.ts';
import {
  after,
  Conversation,
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
import { AUTHENTICATED, eventStream, pings } from '../../support/eventStream.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { play, PENDING, SIGNED_IN, STATUS_URL, TOLD } from '../../support/intentScenario.ts';

const OFFLINE = networkError('ECONNREFUSED');
const told = eventStream([[0, AUTHENTICATED]]);

/** The answer that is no stream, and when the poll after it comes. */
const NO_STREAM: [name: string, reply: Reply, pollAt: number][] = [
  ['HTML', html(200), 0],
  ['404', json(404, {}), 0],
  ['404 with HTML', html(404), 0],
  ['401', json(401, {}), 0],
  ['405', text(405, ''), 0],
  ['406', text(406, ''), 0],
  ['204', text(204, ''), 0],
  ['a redirect, as Node reports it', redirect('https://evil.example/stream'), 0],
  ['a redirect, as a browser reports it', opaqueRedirect(), 0],
  ['other JSON', json(200, { hello: 1 }), 0],
  ['malformed JSON', text(200, '{"state":"authenticated"'), 0],
  ['JSON without a token', json(200, { state: 'authenticated', session_token: '' }), 0],
  ['a body that is too large', text(200, 'a'.repeat(5 * 1024 * 1024)), 0],
  ['a refused connection', OFFLINE, 0],
  ['no answer', never(), 45],
  ['half an answer', neverEnds(200, '{"state":'), 45],
  ['a 403 after 30 s', after(30, html(403)), 30],
  ['JSON that says pending', PENDING, 2],
];

const TRANSIENT_FAILURES: [name: string, reply: Reply, nextAt: number][] = [
  ['500', text(500, ''), 4],
  ['503 with HTML', html(503), 4],
  ['429', json(429, {}), 4],
  ['429 with Retry-After', json(429, {}, { 'retry-after': '20' }), 20],
  ['429 with a Retry-After of more than a minute', json(429, {}, { 'retry-after': '90' }), 90],
  ['503 with a Retry-After of an hour', text(503, '', { 'retry-after': '3600' }), 60],
];

describe('intent updates: polls when the answer is no stream', () => {
  for (const mode of ['auto', 'stream'] as const) {
    for (const [name, reply, pollAt] of NO_STREAM) {
      it(`${name} (${mode})`, () =>
        play({
          name,
          mode,
          replies: [reply, TOLD],
          asks: ['stream 0', `poll ${pollAt}`],
          end: SIGNED_IN,
          contact: [true],
        }));
    }
  }
});

describe('intent updates: waits after a transient failure', () => {
  for (const [name, reply, nextAt] of TRANSIENT_FAILURES) {
    it(`${name} (auto)`, () => {
      const next = nextAt < 60 ? 'poll' : 'stream';
      const replies = [reply, TOLD];
      return play({
        name,
        replies,
        asks: ['stream 0', `${next} ${nextAt}`],
        end: SIGNED_IN,
        contact: name.startsWith('429') ? [true] : [false, true],
      });
    });
    it(`${name} (stream)`, () =>
      play({
        name,
        mode: 'stream',
        replies: [reply, told],
        asks: ['stream 0', `stream ${nextAt}`],
        end: SIGNED_IN,
        contact: name.startsWith('429') ? [true] : [false, true],
      }));
  }
});

describe('intent updates: onContact', () => {
  for (const mode of ['auto', 'stream'] as const) {
    it(`reports contact when a stream opens, before its first event (${mode})`, async () => {
      const clock = new FakeClock();
      const polled = mode === 'auto' ? Array<Reply>(3).fill(OFFLINE) : [];
      const replies = [text(503, ''), ...polled, eventStream(pings(15, 600))];
      const conversation = new Conversation(clock, replies);
      const cancel = new AbortController();
      const contact: boolean[] = [];
      const intent = {
        authUrl: '',
        statusUrl: STATUS_URL,
        deadlineMs: clock.now() + 900_000,
        sessionMaxAgeSeconds: 1,
      };
      const waiting = waitForIntent(conversation.http, intent, mode, cancel.signal, ({ kind }) =>
        contact.push(kind === 'service'),
      );
      await clock.advance(100_000);
      assert.equal(contact.at(-1), true, 'the user still sees "offline"');
      cancel.abort(new Error('canceled'));
      await assert.rejects(waiting);
      conversation.assertOver();
      assert.equal(conversation.times.at(-1), mode === 'auto' ? 60 : 4);
    });
  }
});
