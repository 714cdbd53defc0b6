import { describe, it } from 'node:test';

import {
  AUTHENTICATED,
  CUT,
  END,
  eventStream,
  type Piece,
  PING,
  pings,
  pouring,
  TIMEOUT,
} from '../../support/eventStream.ts';
import { play, type Scenario, SIGNED_IN, TOLD } from '../../support/intentScenario.ts';

const event = (data: string): string => `event: authenticated\ndata: ${data}\n\n`;
const half = AUTHENTICATED.slice(0, -10);
const bytesOf = (text: string, at = 0): Piece[] =>
  Array.from(new TextEncoder().encode(text), (byte) => [at, Uint8Array.of(byte)] as const);

/** The pieces of the stream, and when the sign-in ends. One connection is enough. */
const TOKEN: [name: string, pieces: Piece[], endsAt?: number][] = [
  ['at once', [[0, AUTHENTICATED]], 0],
  ['after a while', [[4, AUTHENTICATED]], 4],
  ['after pings', [...pings(15, 600), [604, AUTHENTICATED]], 604],
  [
    'split over chunks',
    [
      [1, 'event: authen'],
      [2, 'ticated\nda'],
      [3, 'ta: {"session_token"'],
      [4, ':"tok_1"}\n'],
      [5, '\n'],
    ],
    5,
  ],
  ['byte by byte', bytesOf(AUTHENTICATED, 3), 3],
  ['with CRLF', [[2, AUTHENTICATED.replaceAll('\n', '\r\n')]], 2],
  [
    'with CRLF, cut between CR and LF',
    [
      [2, 'event: authenticated\r'],
      [3, '\ndata: {"session_token":"tok_1"}\r\n\r'],
      [4, '\n'],
    ],
    3,
  ],
  [
    'with comments around and inside',
    [[1, `: hello\n\n:\n\nevent: authenticated\n: inside\ndata: {"session_token":"tok_1"}\n: more\n\n`]],
    1,
  ],
  ['with a byte order mark', [[1, `\uFEFF${AUTHENTICATED}`]], 1],
  ['in two lines of data', [[1, 'event: authenticated\ndata: {"session_token":\ndata: "tok_1"}\n\n']], 1],
  ['with no space after the colon', [[1, 'event:authenticated\ndata:{"session_token":"tok_1"}\n\n']], 1],
  ['data first', [[1, 'data: {"session_token":"tok_1"}\nevent: authenticated\n\n']], 1],
  ['with unknown members', [[1, event('{"a":1,"session_token":"tok_1","é":[]}')]], 1],
  [
    'after unknown events',
    [
      [1, 'data: {"session_token":"x"}\n\nevent: pending\ndata: {}\n\nevent: ping\ndata: 1\n\n'],
      [2, AUTHENTICATED],
    ],
    2,
  ],
  ['with an id and a retry field', [[1, `retry: 0\nid: 7\n${AUTHENTICATED}`]], 1],
  ['twice in one chunk: the first counts', [[1, AUTHENTICATED + event('{"session_token":"tok_2"}')]], 1],
  [
    'twice: the first counts',
    [
      [1, AUTHENTICATED],
      [1, event('{"session_token":"tok_2"}')],
      [2, event('{"session_token":"tok_3"}')],
    ],
    1,
  ],
  [
    'and then the end of the stream',
    [
      [1, AUTHENTICATED],
      [1, END],
    ],
    1,
  ],
  [
    'and then a broken connection',
    [
      [1, AUTHENTICATED],
      [1, CUT],
    ],
    1,
  ],
  ['and then a timeout', [[1, AUTHENTICATED + TIMEOUT]], 1],
];

/** The stream breaks. A poll of the same intent, at once, gets the token. */
const BROKEN: [name: string, pieces: Piece[], brokenAt: number][] = [
  ['a stream that ends', [[3, END]], 3],
  ['a stream that ends at once', [[0, END]], 0],
  ['a stream that is cut', [[3, CUT]], 3],
  ['pings and a cut', [...pings(15, 60), [63, CUT]], 63],
  [
    'half an event and a cut',
    [
      [2, half],
      [3, CUT],
    ],
    3,
  ],
  [
    'half an event and the end',
    [
      [2, half],
      [3, END],
    ],
    3,
  ],
  ['half an event and silence', [[2, half]], 47],
  [
    'an event without its last empty line, then the end',
    [
      [2, AUTHENTICATED.slice(0, -1)],
      [3, END],
    ],
    3,
  ],
  ['malformed JSON', [[2, event('{"session_token":"tok_1')]], 2],
  ['other JSON', [[2, event('["tok_1"]')]], 2],
  ['an empty token', [[2, event('{"session_token":""}')]], 2],
  ['an empty token before the real one', [[2, event('{"session_token":""}') + AUTHENTICATED]], 2],
  ['a token with characters outside RFC 6750', [[2, event('{"session_token":"${env:HOME}"}')]], 2],
  ['no token', [[2, event('{}')]], 2],
  ['a null token', [[2, event('{"session_token":null}')]], 2],
  ['empty data', [[2, event('')]], 2],
  ['an authenticated event without data, which EventSource ignores', [[2, 'event: authenticated\n\n']], 47],
  ['an event with the name error', [[2, 'event: error\ndata: sorry\n\n']], 2],
  ['silence from the beginning', [], 45],
  ['silence after pings', pings(20, 100), 145],
  ['a ping at the last moment, then silence', [[44.999, PING]], 89.999],
  ['a retry field, then silence', [[1, 'retry: 0\n\n']], 46],
  [
    'a retry field, then the end',
    [
      [1, 'retry: 0\n\n'],
      [1, END],
    ],
    1,
  ],
  [
    'a retry field, then a cut',
    [
      [1, 'retry: 0\n\n'],
      [1, CUT],
    ],
    1,
  ],
];

const ENDS: Scenario[] = [
  {
    name: 'a timeout event',
    replies: [eventStream([[5, TIMEOUT]])],
    asks: ['stream 0'],
    end: 'expired',
    endsAt: 5,
  },
  {
    name: 'a timeout event with data',
    replies: [eventStream([[5, 'event: timeout\ndata: {}\n\n']])],
    asks: ['stream 0'],
    end: 'expired',
    endsAt: 5,
  },
  {
    name: 'a timeout event, then a token',
    replies: [eventStream([[5, TIMEOUT + AUTHENTICATED]])],
    asks: ['stream 0'],
    end: 'expired',
    endsAt: 5,
  },
  {
    name: 'a timeout event without a data line, which EventSource ignores, then the end',
    replies: [
      eventStream([
        [5, 'event: timeout\n\n'],
        [5, END],
      ]),
      { answer: () => new Response('{}', { status: 410 }) },
    ],
    asks: ['stream 0', 'poll 5'],
    end: 'expired',
  },
];

describe('intent stream: gets the token', () => {
  for (const [name, pieces, endsAt = 0] of TOKEN) {
    it(name, () =>
      play({
        name,
        replies: [eventStream(pieces)],
        asks: ['stream 0'],
        end: SIGNED_IN,
        endsAt,
        contact: [true],
      }),
    );
  }
});

describe('intent stream: polls after a broken stream', () => {
  for (const mode of ['auto', 'stream'] as const) {
    for (const [name, pieces, brokenAt] of BROKEN) {
      it(`${name} (${mode})`, () =>
        play({
          name,
          mode,
          replies: [eventStream(pieces), TOLD],
          asks: ['stream 0', `poll ${brokenAt}`],
          end: SIGNED_IN,
          contact: [true],
        }));
    }
    for (const [what, text] of [
      ['pings', PING.repeat(5_000)],
      ['events', 'data: {"session_token":"x"}\n\n'.repeat(1_000)],
      ['one line', `:${'a'.repeat(50_000)}`],
      ['data of one event', `data: ${'a'.repeat(50_000)}\n`],
    ] as const) {
      it(`a stream that sends ${what} endlessly (${mode})`, () =>
        play({
          name: what,
          mode,
          replies: [pouring(text), TOLD],
          asks: ['stream 0', 'poll 0'],
          end: SIGNED_IN,
        }));
    }
  }
});

describe('intent stream: expires', () => {
  for (const scenario of ENDS) it(scenario.name, () => play(scenario));
});
