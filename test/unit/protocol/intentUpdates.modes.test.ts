import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Failure } from '../../../src/protocol/failure.ts';
import { waitForIntent } from '../../../src/protocol/intentUpdates.ts';
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
} from '../support/conversation.ts';
import { AUTHENTICATED, CUT, END, eventStream, pings } from '../support/eventStream.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { hold, PENDING, type Row, SIGNED_IN, STATUS_URL, TOLD } from '../support/intentRow.ts';

const NOT_THE_SERVICE: Failure = { kind: 'notTheService' };
const OFFLINE = networkError('ECONNREFUSED');
const times = <T>(count: number, each: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => each(i));
const pending = (count: number): Reply[] => Array<Reply>(count).fill(PENDING);
const polls = (from: number, to: number): Row['asks'] =>
  times((to - from) / 2 + 1, (i) => `poll ${from + 2 * i}` as const);
const told = eventStream([[0, AUTHENTICATED]]);

/** What comes instead of a stream, and when it is followed by a poll: at once, or after as long as the server asks. */
const NO_STREAM: [name: string, reply: Reply, pollAt: number][] = [
  ['HTML', html(200), 0],
  ['404', json(404, {}), 0],
  ['404 with HTML', html(404), 0],
  ['401', json(401, {}), 0],
  ['405', text(405, ''), 0],
  ['406', text(406, ''), 0],
  ['204', text(204, ''), 0],
  ['a redirect, as Node shows it', redirect('https://evil.example/stream'), 0],
  ['a redirect, as a browser shows it', opaqueRedirect(), 0],
  ['JSON of something else', json(200, { hello: 1 }), 0],
  ['malformed JSON', text(200, '{"state":"authenticated"'), 0],
  ['JSON without a token', json(200, { state: 'authenticated', session_token: '' }), 0],
  ['a body that is too large', text(200, 'a'.repeat(1024 * 1024 + 1)), 0],
  ['a refused connection', OFFLINE, 0],
  ['no answer', never(), 45],
  ['half an answer', neverEnds(200, '{"state":'), 45],
  ['a slow no', after(30, html(403)), 30],
  ['JSON that says pending', PENDING, 2],
];

const TROUBLE: [name: string, reply: Reply, nextAt: number][] = [
  ['500', text(500, ''), 4],
  ['503 with HTML', html(503), 4],
  ['429', json(429, {}), 4],
  ['429 with Retry-After', json(429, {}, { 'retry-after': '20' }), 20],
  ['503 with Retry-After, even when a stream is due before', text(503, '', { 'retry-after': '90' }), 90],
];

const AUTO: Row[] = [
  {
    name: 'JSON with the token instead of a stream',
    replies: [TOLD],
    asks: ['stream 0'],
    end: SIGNED_IN,
    contact: [true],
  },
  { name: 'JSON in the end', replies: [after(3, TOLD)], asks: ['stream 0'], end: SIGNED_IN, endsAt: 3 },
  { name: '410 instead of a stream', replies: [text(410, '')], asks: ['stream 0'], end: 'expired' },
  {
    name: '404 instead of a stream, and for a poll',
    replies: [json(404, {}), json(404, {})],
    asks: ['stream 0', 'poll 0'],
    end: { kind: 'codeSpent' },
  },
  {
    name: 'a redirect instead of a stream, and for a poll',
    replies: times(2, () => redirect('https://evil.example/')),
    asks: ['stream 0', 'poll 0'],
    end: NOT_THE_SERVICE,
  },
  {
    name: 'a stream is tried again after a minute of polling, and tells the token',
    replies: [html(200), ...pending(30), eventStream([[7, AUTHENTICATED]])],
    asks: ['stream 0', ...polls(0, 58), 'stream 60'],
    end: SIGNED_IN,
    endsAt: 67,
  },
  {
    name: 'and again a minute later, while the server has none',
    replies: [PENDING, ...pending(29), PENDING, ...pending(29), told],
    asks: ['stream 0', ...polls(2, 58), 'stream 60', ...polls(62, 118), 'stream 120'],
    end: SIGNED_IN,
  },
  {
    name: 'the minute begins when the stream breaks',
    replies: [eventStream([...pings(15, 90), [99, CUT]]), ...pending(30), told],
    asks: ['stream 0', ...polls(99, 157), 'stream 159'],
    end: SIGNED_IN,
  },
  {
    name: 'a stream that is cut every time: one try a minute',
    replies: [eventStream([[1, CUT]]), ...pending(30), eventStream([[1, END]]), ...pending(30), told],
    asks: ['stream 0', ...polls(1, 59), 'stream 61', ...polls(62, 120), 'stream 122'],
    end: SIGNED_IN,
  },
  {
    name: 'an event that is lost: the poll gets the token that was consumed',
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
    name: 'an event that is lost, and the poll is lost, too',
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
    name: 'an event without a token, and polls that know of none',
    replies: [
      eventStream([[9, 'event: authenticated\ndata: {}\n\n']]),
      json(200, { state: 'authenticated', session_token: '' }),
    ],
    asks: ['stream 0', 'poll 9'],
    end: { kind: 'codeSpent' },
  },
  {
    name: 'no network at all, and then all of it',
    replies: [OFFLINE, OFFLINE, OFFLINE, OFFLINE, OFFLINE, OFFLINE, OFFLINE, told],
    asks: ['stream 0', 'poll 0', 'poll 4', 'poll 12', 'poll 28', 'stream 60', 'poll 60', 'stream 120'],
    end: SIGNED_IN,
    contact: [false, true],
  },
];

/** Streams only, but for one poll after each that broke: it may have taken the token with it. */
const STREAM: Row[] = [
  {
    name: 'JSON with the token instead of a stream',
    replies: [TOLD],
    asks: ['stream 0'],
    end: SIGNED_IN,
  },
  {
    name: 'broken again and again: less and less often, at most a minute apart',
    replies: [...times(7, () => [OFFLINE, PENDING]).flat(), told],
    asks: [
      ...[0, 4, 12, 28, 60, 120, 180].flatMap((at) => [`stream ${at}`, `poll ${at}`] as const),
      'stream 240',
    ],
    end: SIGNED_IN,
    contact: [true],
  },
  {
    name: 'cut again and again: the waits begin when it is cut',
    replies: [eventStream([[10, CUT]]), PENDING, eventStream([[10, END]]), PENDING, told],
    asks: ['stream 0', 'poll 10', 'stream 14', 'poll 24', 'stream 32'],
    end: SIGNED_IN,
  },
  {
    name: 'a poll after a broken stream that is told to wait',
    replies: [eventStream([[1, CUT]]), json(429, {}, { 'retry-after': '30' }), told],
    asks: ['stream 0', 'poll 1', 'stream 31'],
    end: SIGNED_IN,
  },
  {
    name: 'a silent stream',
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
    name: 'a redirect, and a redirected poll',
    replies: times(2, () => redirect('https://evil.example/')),
    asks: ['stream 0', 'poll 0'],
    end: NOT_THE_SERVICE,
  },
];

describe('intent updates: no stream, so a poll', () => {
  for (const mode of ['auto', 'stream'] as const) {
    for (const [name, reply, pollAt] of NO_STREAM) {
      it(`${name} (${mode})`, () =>
        hold({
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

describe('intent updates: not now', () => {
  for (const [name, reply, nextAt] of TROUBLE) {
    it(`${name} (auto)`, () => {
      const next = nextAt < 60 ? 'poll' : 'stream';
      const replies = [reply, TOLD];
      return hold({
        name,
        replies,
        asks: ['stream 0', `${next} ${nextAt}`],
        end: SIGNED_IN,
        contact: [false, true],
      });
    });
    it(`${name} (stream)`, () =>
      hold({
        name,
        mode: 'stream',
        replies: [reply, told],
        asks: ['stream 0', `stream ${nextAt}`],
        end: SIGNED_IN,
        contact: [false, true],
      }));
  }
});

describe('intent updates: a stream, and polls while there is none', () => {
  for (const row of AUTO) it(row.name, () => hold(row));
});

describe('intent updates: streams alone', () => {
  for (const row of STREAM) it(row.name, () => hold({ ...row, mode: 'stream' }));
});

describe('intent updates: contact', () => {
  for (const mode of ['auto', 'stream'] as const) {
    it(`an open stream is contact, before anything came over it (${mode})`, async () => {
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
      const waiting = waitForIntent(conversation.http, intent, mode, cancel.signal, (reached) =>
        contact.push(reached),
      );
      await clock.advance(100_000);
      assert.equal(contact.at(-1), true, 'still offline for the person');
      cancel.abort(new Error('cancelled'));
      await assert.rejects(waiting);
      conversation.assertOver();
      assert.equal(conversation.times.at(-1), mode === 'auto' ? 60 : 4);
    });
  }
});
