import { describe, it } from 'node:test';

import { json, networkError, never, neverEnds, text } from '../../support/conversation.ts';
import { AUTHENTICATED, END, eventStream, pings } from '../../support/eventStream.ts';
import { play, PENDING, type Scenario } from '../../support/intentScenario.ts';

const OFFLINE = networkError('ENOTFOUND');
const STREAM = eventStream(pings(15, 600));

/** `endsAt` is also the time of the cancel. */
const CANCEL: (Scenario & { readonly endsAt: number })[] = [
  { name: 'before the stream answers', replies: [never()], asks: ['stream 0'], end: 'canceled', endsAt: 3 },
  { name: 'during an open stream', replies: [STREAM], asks: ['stream 0'], end: 'canceled', endsAt: 100 },
  {
    name: 'during a silent stream',
    replies: [eventStream([])],
    asks: ['stream 0'],
    end: 'canceled',
    endsAt: 44,
  },
  {
    name: 'during half an event',
    replies: [
      eventStream([
        [1, AUTHENTICATED.slice(0, -1)],
        [4, '\n'],
      ]),
    ],
    asks: ['stream 0'],
    end: 'canceled',
    endsAt: 3,
  },
  {
    name: 'during half a JSON answer to the stream',
    replies: [neverEnds(200, '{"state":')],
    asks: ['stream 0'],
    end: 'canceled',
    endsAt: 3,
  },
  {
    name: 'during the poll after a broken stream',
    replies: [eventStream([[2, END]]), never()],
    asks: ['stream 0', 'poll 2'],
    end: 'canceled',
    endsAt: 3,
  },
  {
    name: 'between two polls',
    replies: [text(405, ''), PENDING],
    asks: ['stream 0', 'poll 0'],
    end: 'canceled',
    endsAt: 1,
  },
  {
    name: 'between two streams',
    mode: 'stream',
    replies: [OFFLINE, PENDING],
    asks: ['stream 0', 'poll 0'],
    end: 'canceled',
    endsAt: 3,
  },
  { name: 'before the first poll', mode: 'poll', replies: [], asks: [], end: 'canceled', endsAt: 1 },
  {
    name: 'during half an answer to a poll',
    mode: 'poll',
    replies: [neverEnds(200, '{"session_token":"')],
    asks: ['poll 2'],
    end: 'canceled',
    endsAt: 3,
  },
  {
    name: 'during a long back-off',
    mode: 'poll',
    replies: [OFFLINE, OFFLINE, OFFLINE],
    asks: ['poll 2', 'poll 6', 'poll 14'],
    end: 'canceled',
    endsAt: 29,
  },
  {
    name: 'during a Retry-After',
    mode: 'poll',
    replies: [json(429, {}, { 'retry-after': '600' })],
    asks: ['poll 2'],
    end: 'canceled',
    endsAt: 500,
  },
];

describe('intent updates: rejects at once when it is canceled', () => {
  for (const scenario of CANCEL)
    it(scenario.name, () => play({ ...scenario, meanwhile: [[scenario.endsAt, 'cancel']] }));
});
