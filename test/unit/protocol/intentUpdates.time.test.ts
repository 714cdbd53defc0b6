import { describe, it } from 'node:test';

import { after, json, networkError, never, type Reply } from '../support/conversation.ts';
import { AUTHENTICATED, CUT, eventStream, type Piece, PING, pings } from '../support/eventStream.ts';
import { hold, living, PENDING, type Row, SIGNED_IN, TOLD } from '../support/intentRow.ts';

const HOUR = 3_600;
const OFFLINE = networkError('ENOTFOUND');
const GONE = json(410, {});
const STREAM = eventStream(pings(15, 2 * HOUR));
const pending = (times: number): Reply[] => Array<Reply>(times).fill(PENDING);

/** Asked once more when the time is over: the person may have been quick, and the network slow. */
const DEADLINE: Row[] = [
  {
    name: 'during a stream, still pending',
    replies: [STREAM, PENDING],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'during a stream, and a token at the last moment',
    replies: [STREAM, TOLD],
    asks: ['stream 0', 'poll 900'],
    end: SIGNED_IN,
  },
  {
    name: 'during a stream, and the server says so',
    replies: [STREAM, GONE],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'during a stream, and no network any more',
    replies: [STREAM, OFFLINE],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'during a stream that talks all the time',
    replies: [
      eventStream(Array.from({ length: 1_200 }, (_, second): Piece => [second, 'event: news\ndata: {}\n\n'])),
      PENDING,
    ],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'before a stream answers',
    intent: living(20),
    replies: [never(), PENDING],
    asks: ['stream 0', 'poll 20'],
    end: 'expired',
  },
  {
    name: 'by the server’s own times, before the 15 minutes',
    intent: living(60),
    replies: [STREAM, PENDING],
    asks: ['stream 0', 'poll 60'],
    end: 'expired',
  },
  {
    name: 'after 15 minutes, whatever the server says',
    intent: living(HOUR),
    mode: 'stream',
    replies: [STREAM, PENDING],
    asks: ['stream 0', 'poll 900'],
    end: 'expired',
  },
  {
    name: 'a stream that breaks just before: one poll then, one at the deadline',
    intent: living(20),
    replies: [eventStream([[19, CUT]]), ...pending(2)],
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
    name: 'when a poll is due: that is the last',
    mode: 'poll',
    intent: living(4),
    replies: pending(2),
    asks: ['poll 2', 'poll 4'],
    end: 'expired',
  },
  {
    name: 'before the first poll: one all the same',
    mode: 'poll',
    intent: living(1),
    replies: [TOLD],
    asks: ['poll 1'],
    end: SIGNED_IN,
  },
  ...(['auto', 'stream', 'poll'] as const).map((mode): Row => ({
    name: `over when it comes: one poll all the same (${mode})`,
    mode,
    intent: living(-60),
    replies: [PENDING],
    asks: ['poll 0'],
    end: 'expired',
  })),
  {
    name: 'during a poll that brings the token',
    mode: 'poll',
    intent: living(5),
    replies: [after(9, TOLD)],
    asks: ['poll 2'],
    end: SIGNED_IN,
    endsAt: 11,
  },
  {
    name: 'in a long back-off: one poll at the deadline',
    mode: 'poll',
    intent: living(50),
    replies: [OFFLINE, OFFLINE, OFFLINE, OFFLINE, TOLD],
    asks: ['poll 2', 'poll 6', 'poll 14', 'poll 30', 'poll 50'],
    end: SIGNED_IN,
  },
  {
    name: 'between two streams',
    mode: 'stream',
    intent: living(20),
    replies: [OFFLINE, PENDING, OFFLINE, PENDING, OFFLINE, PENDING, TOLD],
    asks: ['stream 0', 'poll 0', 'stream 4', 'poll 4', 'stream 12', 'poll 12', 'poll 20'],
    end: SIGNED_IN,
  },
];

/** A pause looks at the wall clock every five seconds, so a jump is noticed within those. */
const JUMPS: Row[] = [
  ...(['auto', 'stream'] as const).flatMap((mode): Row[] => [
    {
      name: `past the deadline during a stream, approved meanwhile (${mode})`,
      mode,
      replies: [STREAM, TOLD],
      meanwhile: [[8, { jump: HOUR }]],
      asks: ['stream 0', 'poll 10'],
      end: SIGNED_IN,
    },
    {
      name: `past the deadline during a stream that has died, still pending (${mode})`,
      mode,
      replies: [eventStream([]), PENDING],
      meanwhile: [[8, { jump: HOUR }]],
      asks: ['stream 0', 'poll 10'],
      end: 'expired',
    },
    {
      name: `past the deadline during a stream, and no network yet (${mode})`,
      mode,
      replies: [STREAM, OFFLINE],
      meanwhile: [[8, { jump: HOUR }]],
      asks: ['stream 0', 'poll 10'],
      end: 'expired',
    },
  ]),
  {
    name: 'past the deadline, and the stream tells the token before anybody looks at a clock',
    replies: [eventStream([[9, AUTHENTICATED]])],
    meanwhile: [[8, { jump: HOUR }]],
    asks: ['stream 0'],
    end: SIGNED_IN,
    endsAt: 9,
  },
  {
    name: 'past the deadline, and the stream pings before anybody looks at a clock',
    replies: [eventStream([[9, PING]]), PENDING],
    meanwhile: [[8, { jump: HOUR }]],
    asks: ['stream 0', 'poll 9'],
    end: 'expired',
  },
  {
    name: 'inside the life during a stream: a quiet one counts as dead',
    intent: living(100),
    replies: [eventStream([[5, PING]]), PENDING, TOLD],
    meanwhile: [[8, { jump: 60 }]],
    asks: ['stream 0', 'poll 10', 'poll 12'],
    end: SIGNED_IN,
  },
  {
    name: 'inside the life during a stream that pings in time: it stays, and the deadline comes so much sooner',
    replies: [STREAM, PENDING],
    meanwhile: [[8, { jump: 30 }]],
    asks: ['stream 0', 'poll 870'],
    end: 'expired',
  },
  {
    name: 'past the deadline between two polls, approved meanwhile',
    mode: 'poll',
    replies: [PENDING, TOLD],
    meanwhile: [[3, { jump: HOUR }]],
    asks: ['poll 2', 'poll 4'],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline between two polls, still pending',
    mode: 'poll',
    replies: pending(2),
    meanwhile: [[3, { jump: HOUR }]],
    asks: ['poll 2', 'poll 4'],
    end: 'expired',
  },
  {
    name: 'past the deadline during a poll that is lost with it: asked again at once',
    mode: 'poll',
    replies: [after(6, OFFLINE), TOLD],
    meanwhile: [[3, { jump: HOUR }]],
    asks: ['poll 2', 'poll 8'],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline during a poll that brings the token',
    mode: 'poll',
    replies: [after(6, TOLD)],
    meanwhile: [[3, { jump: HOUR }]],
    asks: ['poll 2'],
    end: SIGNED_IN,
    endsAt: 8,
  },
  {
    name: 'past the deadline in a long back-off: one poll, without the rest of the wait',
    mode: 'poll',
    replies: [OFFLINE, OFFLINE, OFFLINE, OFFLINE, TOLD],
    meanwhile: [[31, { jump: HOUR }]],
    asks: ['poll 2', 'poll 6', 'poll 14', 'poll 30', 'poll 35'],
    end: SIGNED_IN,
  },
  {
    name: 'backward between two polls: they go on in their own time, and the server knows the end',
    mode: 'poll',
    replies: [...pending(3), GONE],
    meanwhile: [[3, { jump: -HOUR }]],
    asks: ['poll 2', 'poll 4', 'poll 6', 'poll 8'],
    end: 'expired',
  },
  {
    name: 'backward during a stream that pings',
    replies: [eventStream([...pings(15, 600), [601, AUTHENTICATED]])],
    meanwhile: [[100, { jump: -HOUR }]],
    asks: ['stream 0'],
    end: SIGNED_IN,
    endsAt: 601,
  },
  {
    name: 'backward between two streams: the next comes in its own time',
    mode: 'stream',
    replies: [eventStream([[0, CUT]]), PENDING, eventStream([[0, CUT]]), TOLD],
    meanwhile: [[2, { jump: -HOUR }]],
    asks: ['stream 0', 'poll 0', 'stream 4', 'poll 4'],
    end: SIGNED_IN,
  },
];

for (const [title, rows] of [
  ['the deadline', DEADLINE],
  ['a jump of the clock', JUMPS],
] as const) {
  describe(`intent updates: ${title}`, () => {
    for (const row of rows) it(row.name, () => hold(row));
  });
}
