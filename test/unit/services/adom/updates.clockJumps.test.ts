import { describe, it } from 'node:test';

import { after, json, networkError, type Reply } from '../../support/conversation.ts';
import { AUTHENTICATED, CUT, eventStream, PING, pings } from '../../support/eventStream.ts';
import { play, living, PENDING, type Scenario, SIGNED_IN, TOLD } from '../../support/intentScenario.ts';

const HOUR = 3_600;
const OFFLINE = networkError('ENOTFOUND');
const GONE = json(410, {});
const STREAM = eventStream(pings(15, 2 * HOUR));
const pending = (times: number): Reply[] => Array<Reply>(times).fill(PENDING);

/**
 * A pause looks at the wall clock every five seconds, so it notices a jump within five seconds. A stream is read for
 * another second then.
 */
const JUMPS: Scenario[] = [
  ...(['auto', 'stream'] as const).flatMap((mode): Scenario[] => [
    {
      name: `past the deadline during a stream: polls once and gets the token (${mode})`,
      mode,
      replies: [STREAM, TOLD],
      meanwhile: [[8, { jump: HOUR }]],
      asks: ['stream 0', 'poll 11'],
      end: SIGNED_IN,
    },
    {
      name: `past the deadline during a silent stream: expires after one poll (${mode})`,
      mode,
      replies: [eventStream([]), PENDING],
      meanwhile: [[8, { jump: HOUR }]],
      asks: ['stream 0', 'poll 11'],
      end: 'expired',
    },
    {
      name: `past the deadline during a stream: expires without network (${mode})`,
      mode,
      replies: [STREAM, OFFLINE],
      meanwhile: [[8, { jump: HOUR }]],
      asks: ['stream 0', 'poll 11'],
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
  ...([60, HOUR] as const).map((jump): Scenario => ({
    name: `by ${jump} s: accepts a token that the stream gives within a second after the look at the clock`,
    replies: [eventStream([[10.9, AUTHENTICATED]])],
    meanwhile: [[8, { jump }]],
    asks: ['stream 0'],
    end: SIGNED_IN,
    endsAt: 10.9,
  })),
  {
    name: 'past the deadline: polls after a ping before the next look at the clock',
    replies: [eventStream([[9, PING]]), PENDING],
    meanwhile: [[8, { jump: HOUR }]],
    asks: ['stream 0', 'poll 10'],
    end: 'expired',
  },
  {
    name: 'before the deadline during a silent stream: polls',
    intent: living(100),
    replies: [eventStream([[5, PING]]), PENDING, TOLD],
    meanwhile: [[8, { jump: 60 }]],
    asks: ['stream 0', 'poll 11', 'poll 13'],
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

describe('intent updates: after a jump of the wall clock', () => {
  for (const scenario of JUMPS) it(scenario.name, () => play(scenario));
});
