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
import { AUTHENTICATED, CUT, END, eventStream, type Piece, PING, pings } from '../../support/eventStream.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { play, PENDING, type Scenario, SIGNED_IN, STATUS_URL, TOLD } from '../../support/intentRow.ts';

const OFFLINE = networkError('ECONNREFUSED');
const times = <T>(count: number, each: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => each(i));
const pending = (count: number): Reply[] => Array<Reply>(count).fill(PENDING);
const polls = (from: number, to: number): Scenario['asks'] =>
  times((to - from) / 2 + 1, (i) => `poll ${from + 2 * i}` as const);
const told = eventStream([[0, AUTHENTICATED]]);
const pinged = (end: Piece): Reply => eventStream([[0, PING], end]);

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
  ['503 with a Retry-After of more than a minute', text(503, '', { 'retry-after': '90' }), 90],
];

const AUTO: Scenario[] = [
  {
    name: 'JSON with the token instead of a stream',
    replies: [TOLD],
    asks: ['stream 0'],
    end: SIGNED_IN,
    contact: [true],
  },
  {
    name: 'JSON with the token after 3 s',
    replies: [after(3, TOLD)],
    asks: ['stream 0'],
    end: SIGNED_IN,
    endsAt: 3,
  },
  { name: '410 instead of a stream', replies: [json(410, {})], asks: ['stream 0'], end: 'expired' },
  {
    name: '404 for the stream and for the poll',
    replies: [json(404, {}), json(404, {})],
    asks: ['stream 0', 'poll 0'],
    end: { kind: 'codeSpent' },
  },
  {
    name: 'a redirect for the stream and for the poll',
    replies: [...times(2, () => redirect('https://evil.example/')), TOLD],
    asks: ['stream 0', 'poll 0', 'poll 4'],
    end: SIGNED_IN,
  },
  {
    name: 'polls after two streams that carried nothing, and tries another one after five minutes',
    replies: [
      ...[eventStream([]), ...pending(30), eventStream([]), ...pending(150)],
      eventStream([[7, AUTHENTICATED]]),
    ],
    asks: ['stream 0', ...polls(45, 103), 'stream 105', ...polls(150, 448), 'stream 450'],
    end: SIGNED_IN,
    endsAt: 457,
  },
  {
    name: 'tries a stream again after a minute of polling',
    replies: [html(200), ...pending(30), eventStream([[7, AUTHENTICATED]])],
    asks: ['stream 0', ...polls(0, 58), 'stream 60'],
    end: SIGNED_IN,
    endsAt: 67,
  },
  {
    name: 'tries a stream every minute while the server has none',
    replies: [PENDING, ...pending(29), PENDING, ...pending(29), told],
    asks: ['stream 0', ...polls(2, 58), 'stream 60', ...polls(62, 118), 'stream 120'],
    end: SIGNED_IN,
  },
  {
    name: 'counts the minute from the end of the stream',
    replies: [eventStream([...pings(15, 90), [99, CUT]]), ...pending(30), told],
    asks: ['stream 0', ...polls(99, 157), 'stream 159'],
    end: SIGNED_IN,
  },
  {
    name: 'tries a stream once a minute when every stream is cut',
    replies: [pinged([1, CUT]), ...pending(30), pinged([1, END]), ...pending(30), told],
    asks: ['stream 0', ...polls(1, 59), 'stream 61', ...polls(62, 120), 'stream 122'],
    end: SIGNED_IN,
  },
  {
    name: 'polls for the token after a lost event',
    replies: [
      eventStream([
        [9, AUTHENTICATED.slice(0, 30)],
        [9, CUT],
      ]),
      TOLD,
    ],
    asks: ['stream 0', 'poll 9'],
    end: SIGNED_IN,
  },
  {
    name: 'polls again when the event and the poll are lost',
    replies: [
      eventStream([
        [9, AUTHENTICATED.slice(0, 30)],
        [9, CUT],
      ]),
      networkError('ECONNRESET'),
      TOLD,
    ],
    asks: ['stream 0', 'poll 9', 'poll 13'],
    end: SIGNED_IN,
  },
  {
    name: 'fails when the event and the poll have no token',
    replies: [
      eventStream([[9, 'event: authenticated\ndata: {}\n\n']]),
      json(200, { state: 'authenticated', session_token: '' }),
    ],
    asks: ['stream 0', 'poll 9'],
    end: { kind: 'codeSpent' },
  },
  {
    name: 'no network, then a stream',
    replies: [OFFLINE, OFFLINE, OFFLINE, OFFLINE, OFFLINE, OFFLINE, OFFLINE, told],
    asks: ['stream 0', 'poll 0', 'poll 4', 'poll 12', 'poll 28', 'stream 60', 'poll 60', 'stream 120'],
    end: SIGNED_IN,
    contact: [false, true],
  },
];

/** Streams only, with one poll after each broken stream, because the token may be lost with the stream. */
const STREAM: Scenario[] = [
  {
    name: 'JSON with the token instead of a stream',
    replies: [TOLD],
    asks: ['stream 0'],
    end: SIGNED_IN,
  },
  {
    name: 'doubles the delay between broken streams, up to a minute',
    replies: [...times(7, () => [OFFLINE, PENDING]).flat(), told],
    asks: [
      ...[0, 4, 12, 28, 60, 120, 180].flatMap((at) => [`stream ${at}`, `poll ${at}`] as const),
      'stream 240',
    ],
    end: SIGNED_IN,
    contact: [true],
  },
  {
    name: 'counts the delay from the end of the stream',
    replies: [pinged([10, CUT]), PENDING, pinged([10, END]), PENDING, told],
    asks: ['stream 0', 'poll 10', 'stream 14', 'poll 24', 'stream 32'],
    end: SIGNED_IN,
  },
  {
    name: 'waits for the Retry-After of the poll after a broken stream',
    replies: [eventStream([[1, CUT]]), json(429, {}, { 'retry-after': '30' }), told],
    asks: ['stream 0', 'poll 1', 'stream 31'],
    end: SIGNED_IN,
  },
  {
    name: 'opens another stream after a silent one',
    replies: [eventStream([]), PENDING, eventStream([[30, AUTHENTICATED]])],
    asks: ['stream 0', 'poll 45', 'stream 49'],
    end: SIGNED_IN,
    endsAt: 79,
  },
  {
    name: '410 instead of a stream',
    replies: [json(410, {})],
    asks: ['stream 0'],
    end: 'expired',
  },
  {
    name: 'a redirect for the stream and for the poll',
    replies: [...times(2, () => redirect('https://evil.example/')), told],
    asks: ['stream 0', 'poll 0', 'stream 4'],
    end: SIGNED_IN,
  },
  {
    name: 'polls after two streams that carried nothing',
    replies: [eventStream([]), PENDING, eventStream([]), ...pending(2), TOLD],
    asks: ['stream 0', 'poll 45', 'stream 49', 'poll 94', 'poll 96', 'poll 98'],
    end: SIGNED_IN,
  },
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

describe('intent updates: mode auto', () => {
  for (const scenario of AUTO) it(scenario.name, () => play(scenario));
});

describe('intent updates: mode stream', () => {
  for (const scenario of STREAM) it(scenario.name, () => play({ ...scenario, mode: 'stream' }));
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
      assert.equal(contact.at(-1), true, 'the person still sees "offline"');
      cancel.abort(new Error('cancelled'));
      await assert.rejects(waiting);
      conversation.assertOver();
      assert.equal(conversation.times.at(-1), mode === 'auto' ? 60 : 4);
    });
  }
});
