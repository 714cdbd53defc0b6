import { describe, it } from 'node:test';

import { after, json, networkError, never, type Reply } from '../../support/conversation.ts';
import { AUTHENTICATED, CUT, eventStream, type Piece, PING, pings } from '../../support/eventStream.ts';
import { play, living, PENDING, type Scenario, SIGNED_IN, TOLD } from '../../support/intentRow.ts';

const HOUR = 3_600;
const OFFLINE = networkError('ENOTFOUND');
const GONE = json(410, {});
const STREAM = eventStream(pings(15, 2 * HOUR));
const pending = (times: number): Reply[] => Array<Reply>(times).fill(PENDING);

/** It polls once more at the deadline: the person may have approved just before. */
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

/** A pause looks at the wall clock every five seconds, so it notices a jump within five seconds. */
const JUMPS: Scenario[] = [
  ...(['auto', 'stream'] as const).flatMap((mode): Scenario[] => [
    {
      name: `past the deadline during a stream: polls once and gets the token (${mode})`,
      mode,
      replies: [STREAM, TOLD],
      meanwhile: [[8, { jump: HOUR }]],
      asks: ['stream 0', 'poll 10'],
      end: SIGNED_IN,
    },
    {
      name: `past the deadline during a silent stream: expires after one poll (${mode})`,
      mode,
      replies: [eventStream([]), PENDING],
      meanwhile: [[8, { jump: HOUR }]],
      asks: ['stream 0', 'poll 10'],
      end: 'expired',
    },
    {
      name: `past the deadline during a stream: expires without network (${mode})`,
      mode,
      replies: [STREAM, OFFLINE],
      meanwhile: [[8, { jump: HOUR }]],
      asks: ['stream 0', 'poll 10'],
      end: 'expired',
    },
  ]),
  {
    name: 'past the deadline: accepts a token that the stream gives before the next look at the clock',
    replies: [eventStream([[9, AUTHENTICATED]])],
    meanwhile: [[8, { jump: HOUR }]],
    asks: ['stream 0'],
    end: SIGNED_IN,
    endsAt: 9,
  },
  {
    name: 'past the deadline: polls after a ping before the next look at the clock',
    replies: [eventStream([[9, PING]]), PENDING],
    meanwhile: [[8, { jump: HOUR }]],
    asks: ['stream 0', 'poll 9'],
    end: 'expired',
  },
  {
    name: 'before the deadline during a silent stream: polls',
    intent: living(100),
    replies: [eventStream([[5, PING]]), PENDING, TOLD],
    meanwhile: [[8, { jump: 60 }]],
    asks: ['stream 0', 'poll 10', 'poll 12'],
    end: SIGNED_IN,
  },
  {
    name: 'before the deadline during a stream with pings: keeps the stream, and the deadline comes earlier',
    replies: [STREAM, PENDING],
    meanwhile: [[8, { jump: 30 }]],
    asks: ['stream 0', 'poll 870'],
    end: 'expired',
  },
  {
    name: 'past the deadline between two polls: polls once and gets the token',
    mode: 'poll',
    replies: [PENDING, TOLD],
    meanwhile: [[3, { jump: HOUR }]],
    asks: ['poll 2', 'poll 4'],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline between two polls: expires after one poll',
    mode: 'poll',
    replies: pending(2),
    meanwhile: [[3, { jump: HOUR }]],
    asks: ['poll 2', 'poll 4'],
    end: 'expired',
  },
  {
    name: 'past the deadline during a poll without an answer: polls again at once',
    mode: 'poll',
    replies: [after(6, OFFLINE), TOLD],
    meanwhile: [[3, { jump: HOUR }]],
    asks: ['poll 2', 'poll 8'],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline during a poll: accepts its token',
    mode: 'poll',
    replies: [after(6, TOLD)],
    meanwhile: [[3, { jump: HOUR }]],
    asks: ['poll 2'],
    end: SIGNED_IN,
    endsAt: 8,
  },
  {
    name: 'past the deadline during a back-off: polls once at once',
    mode: 'poll',
    replies: [OFFLINE, OFFLINE, OFFLINE, OFFLINE, TOLD],
    meanwhile: [[31, { jump: HOUR }]],
    asks: ['poll 2', 'poll 6', 'poll 14', 'poll 30', 'poll 35'],
    end: SIGNED_IN,
  },
  {
    name: 'backward between two polls: polls by running time, and expires with 410',
    mode: 'poll',
    replies: [...pending(3), GONE],
    meanwhile: [[3, { jump: -HOUR }]],
    asks: ['poll 2', 'poll 4', 'poll 6', 'poll 8'],
    end: 'expired',
  },
  {
    name: 'backward during a stream with pings: keeps the stream',
    replies: [eventStream([...pings(15, 600), [601, AUTHENTICATED]])],
    meanwhile: [[100, { jump: -HOUR }]],
    asks: ['stream 0'],
    end: SIGNED_IN,
    endsAt: 601,
  },
  {
    name: 'backward between two streams: opens the next by running time',
    mode: 'stream',
    replies: [eventStream([[0, CUT]]), PENDING, eventStream([[0, CUT]]), TOLD],
    meanwhile: [[2, { jump: -HOUR }]],
    asks: ['stream 0', 'poll 0', 'stream 4', 'poll 4'],
    end: SIGNED_IN,
  },
];

for (const [title, scenarios] of [
  ['the deadline', DEADLINE],
  ['after a jump of the wall clock', JUMPS],
] as const) {
  describe(`intent updates: ${title}`, () => {
    for (const scenario of scenarios) it(scenario.name, () => play(scenario));
  });
}
