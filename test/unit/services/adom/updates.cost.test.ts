import { describe, it } from 'node:test';

import type { UpdatesMode } from '../../../../src/services/adom/updates.ts';
import { html, networkError, type Reply } from '../../support/conversation.ts';
import { END, eventStream, PING, pings, TIMEOUT } from '../../support/eventStream.ts';
import { play, PENDING, type Scenario } from '../../support/intentScenario.ts';

const MINUTES_15 = 900;
type Ask = Scenario['asks'][number];
const every = (step: number, from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
const asks = (kind: 'stream' | 'poll', at: readonly number[]): Ask[] =>
  at.map((second): Ask => `${kind} ${second}`);

/** The requests in 15 minutes when the user does not decide, by mode and by what the server supports. */
const COSTS: {
  mode: UpdatesMode;
  server: string;
  streams: Reply | undefined;
  asks: Ask[];
  requests: number;
}[] = [
  {
    mode: 'poll',
    server: 'has streams or not',
    streams: undefined,
    asks: asks('poll', every(2, 2, MINUTES_15)),
    requests: 450,
  },
  ...(['auto', 'stream'] as const).flatMap((mode) => [
    {
      mode,
      server: 'streams, and sends the timeout',
      streams: eventStream([...pings(15, 885), [MINUTES_15 - 1, TIMEOUT]]),
      asks: ['stream 0' as const],
      requests: 1,
    },
    {
      mode,
      server: 'streams, and does not send the timeout',
      streams: eventStream(pings(15, 3_600)),
      asks: ['stream 0' as const, 'poll 900' as const],
      requests: 2,
    },
  ]),
  {
    mode: 'auto',
    server: 'answers a stream with JSON',
    streams: PENDING,
    // A stream takes the place of one poll each minute. The last poll comes at the deadline.
    asks: every(2, 0, MINUTES_15).map((second) =>
      second % 60 === 0 && second < MINUTES_15 ? (`stream ${second}` as const) : (`poll ${second}` as const),
    ),
    requests: 451,
  },
  {
    mode: 'auto',
    server: 'has no streams',
    streams: html(404),
    asks: every(2, 0, MINUTES_15).flatMap((second): Ask[] =>
      second % 60 === 0 && second < MINUTES_15 ? [`stream ${second}`, `poll ${second}`] : [`poll ${second}`],
    ),
    requests: 466,
  },
  {
    mode: 'auto',
    server: 'ends every stream after 30 s',
    streams: eventStream([
      [1, PING],
      [30, END],
    ]),
    asks: [
      ...every(90, 0, MINUTES_15 - 1).flatMap((start): Ask[] => [
        `stream ${start}`,
        ...asks('poll', every(2, start + 30, start + 88)),
      ]),
      'poll 900',
    ],
    requests: 311,
  },
  {
    mode: 'auto',
    server: 'is silent in every stream',
    streams: eventStream([]),
    asks: [
      'stream 0',
      ...asks('poll', every(2, 45, 104)),
      'stream 105',
      ...asks('poll', every(2, 150, 449)),
      'stream 450',
      ...asks('poll', every(2, 495, 794)),
      'stream 795',
      ...asks('poll', every(2, 840, MINUTES_15)),
    ],
    requests: 365,
  },
  {
    mode: 'stream',
    server: 'has no streams',
    streams: html(404),
    asks: [
      ...[0, 4, 12, 28, ...every(60, 60, MINUTES_15 - 1)].flatMap((second): Ask[] => [
        `stream ${second}`,
        `poll ${second}`,
      ]),
      'poll 900',
    ],
    requests: 37,
  },
];

describe('intent updates: number of requests in 15 minutes', () => {
  for (const { mode, server, streams, asks, requests } of COSTS) {
    it(`${mode}: ${requests} requests when the server ${server}`, async (t) => {
      const replies = asks.map((ask) => (ask.startsWith('stream') && streams ? streams : PENDING));
      const endsAt = asks.length === 1 ? MINUTES_15 - 1 : MINUTES_15;
      await play({ name: server, mode, replies, asks, end: 'expired', endsAt });
      t.assert.equal(asks.length, requests);
      t.diagnostic(`${mode}, the server ${server}: ${requests} requests, and one for the intent`);
    });
  }

  it('auto: 34 requests without a network', async (t) => {
    // 0, 4, 12, 28, 60, then every minute a stream and a poll.
    const asks: Ask[] = [
      ...([`stream 0`, 'poll 0', 'poll 4', 'poll 12', 'poll 28'] as const),
      ...every(60, 60, MINUTES_15 - 1).flatMap((second): Ask[] => [`stream ${second}`, `poll ${second}`]),
      'poll 900',
    ];
    const replies = asks.map(() => networkError('ENOTFOUND'));
    await play({ name: 'offline', replies, asks, end: 'expired', contact: [false] });
    t.assert.equal(asks.length, 34);
    t.diagnostic(`auto, without network: ${asks.length} requests, and one for the intent`);
  });
});
