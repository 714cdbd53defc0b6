import { describe, it } from 'node:test';

import { after, html, json, networkError, redirect, type Reply } from '../../support/conversation.ts';
import { AUTHENTICATED, CUT, END, eventStream, type Piece, PING, pings } from '../../support/eventStream.ts';
import { play, PENDING, type Scenario, SIGNED_IN, TOLD } from '../../support/intentScenario.ts';

const OFFLINE = networkError('ECONNREFUSED');

const times = <T>(count: number, each: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => each(i));

const pending = (count: number): Reply[] => Array<Reply>(count).fill(PENDING);

const polls = (from: number, to: number): Scenario['asks'] =>
  times((to - from) / 2 + 1, (i) => `poll ${from + 2 * i}` as const);

const told = eventStream([[0, AUTHENTICATED]]);
const pinged = (end: Piece): Reply => eventStream([[0, PING], end]);

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
    name: 'opens another stream soon after one that was cut off after a while',
    replies: [
      ...times(3, () => [OFFLINE, PENDING]).flat(),
      ...times(9, () => [pinged([29, CUT]), PENDING]).flat(),
      told,
    ],
    asks: [
      ...[0, 4, 12].flatMap((at) => [`stream ${at}`, `poll ${at}`] as const),
      ...times(9, (n) => [`stream ${28 + 31 * n}`, `poll ${57 + 31 * n}`] as const).flat(),
      'stream 307',
    ],
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
    asks: ['stream 0', 'poll 45', 'stream 47'],
    end: SIGNED_IN,
    endsAt: 77,
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
    asks: ['stream 0', 'poll 45', 'stream 47', 'poll 92', 'poll 94', 'poll 96'],
    end: SIGNED_IN,
  },
];

describe('intent updates: mode auto', () => {
  for (const scenario of AUTO) it(scenario.name, () => play(scenario));
});

describe('intent updates: mode stream', () => {
  for (const scenario of STREAM) it(scenario.name, () => play({ ...scenario, mode: 'stream' }));
});
