import { describe, it } from 'node:test';

import { after, json, networkError, never, type Reply } from '../../support/conversation.ts';
import { CUT, eventStream, type Piece, PING, pings } from '../../support/eventStream.ts';
import { play, living, PENDING, type Scenario, SIGNED_IN, TOLD } from '../../support/intentScenario.ts';

const HOUR = 3_600;
const OFFLINE = networkError('ENOTFOUND');
const GONE = json(410, {});
const STREAM = eventStream(pings(15, 2 * HOUR));
const pending = (times: number): Reply[] => Array<Reply>(times).fill(PENDING);

/** It polls once more at the deadline: the user may have approved just before. */
const DEADLINE: Scenario[] = [
  {
    name: 'during a stream: expires when the last poll is pending',
    replies: [STREAM, PENDING],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'during a stream: accepts the token of the last poll',
    replies: [STREAM, TOLD],
    asks: ['stream 0', 'poll 900'],
    end: SIGNED_IN,
  },
  {
    name: 'during a stream: expires when the last poll gets 410',
    replies: [STREAM, GONE],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'during a stream: expires without network',
    replies: [STREAM, OFFLINE],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'during a stream with an event every second',
    replies: [
      eventStream(Array.from({ length: 1_200 }, (_, second): Piece => [second, 'event: news\ndata: {}\n\n'])),
      PENDING,
    ],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'before the stream answers',
    intent: living(20),
    replies: [never(), ...pending(4)],
    asks: ['stream 0', 'poll 15', 'poll 17', 'poll 19', 'poll 20'],
    end: 'expired',
  },
  {
    name: 'after the life that the server names, if it is shorter than 15 minutes',
    intent: living(60),
    replies: [STREAM, PENDING],
    asks: ['stream 0', 'poll 60'],
    end: 'expired',
  },
  {
    name: 'after 15 minutes, if the server names a longer life',
    intent: living(HOUR),
    mode: 'stream',
    replies: [STREAM, PENDING],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'just after a stream breaks: polls then and at the deadline',
    intent: living(20),
    replies: [
      eventStream([
        [9, PING],
        [19, CUT],
      ]),
      ...pending(2),
    ],
    asks: ['stream 0', 'poll 19', 'poll 20'],
    end: 'expired',
  },
  {
    name: 'between two polls',
    mode: 'poll',
    intent: living(5),
    replies: pending(3),
    asks: ['poll 2', 'poll 4', 'poll 5'],
    end: 'expired',
  },
  {
    name: 'when a poll is due: sends no poll after it',
    mode: 'poll',
    intent: living(4),
    replies: pending(2),
    asks: ['poll 2', 'poll 4'],
    end: 'expired',
  },
  {
    name: 'before the first poll: polls once',
    mode: 'poll',
    intent: living(1),
    replies: [TOLD],
    asks: ['poll 1'],
    end: SIGNED_IN,
  },
  ...(['auto', 'stream', 'poll'] as const).map((mode): Scenario => ({
    name: `already past when the intent comes: polls once (${mode})`,
    mode,
    intent: living(-60),
    replies: [PENDING],
    asks: ['poll 0'],
    end: 'expired',
  })),
  {
    name: 'during a poll: accepts its token',
    mode: 'poll',
    intent: living(5),
    replies: [after(9, TOLD)],
    asks: ['poll 2'],
    end: SIGNED_IN,
    endsAt: 11,
  },
  {
    name: 'during a long back-off: polls once more just before the deadline',
    mode: 'poll',
    intent: living(50),
    replies: [OFFLINE, OFFLINE, OFFLINE, OFFLINE, TOLD],
    asks: ['poll 2', 'poll 6', 'poll 14', 'poll 30', 'poll 45'],
    end: SIGNED_IN,
  },
  {
    name: 'between two streams',
    mode: 'stream',
    intent: living(20),
    replies: [OFFLINE, PENDING, OFFLINE, PENDING, OFFLINE, PENDING, OFFLINE, TOLD],
    asks: ['stream 0', 'poll 0', 'stream 4', 'poll 4', 'stream 12', 'poll 12', 'stream 15', 'poll 15'],
    end: SIGNED_IN,
  },
];

describe('intent updates: the deadline', () => {
  for (const scenario of DEADLINE) it(scenario.name, () => play(scenario));
});
