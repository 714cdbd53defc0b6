import { describe, it } from 'node:test';

import { after, json, networkError, never, neverEnds, type Reply } from '../support/conversation.ts';
import { play, type Scenario } from '../support/deviceGrantScenario.ts';

const PENDING = json(400, { error: 'authorization_pending' });
const GRANTED = json(200, { access_token: 'token', token_type: 'Bearer' });
const SIGNED_IN: Scenario['end'] = { granted: { accessToken: 'token' } };
const EXPIRED_TOKEN = json(400, { error: 'expired_token' });
const OFFLINE = networkError('ENOTFOUND');
const HOUR = 3_600;
const pending = (times: number): Reply[] => Array<Reply>(times).fill(PENDING);

const DEADLINE: Scenario[] = [
  {
    name: 'expires between two polls',
    code: { expires_in: 14 },
    replies: pending(2),
    polls: [5.5, 11],
    end: 'expired',
    endsAt: 14,
  },
  {
    name: 'sends a poll that is due at the deadline',
    code: { expires_in: 11 },
    replies: [PENDING, GRANTED],
    polls: [5.5, 11],
    end: SIGNED_IN,
  },
  {
    name: 'expires when the answer at the deadline is authorization_pending',
    code: { expires_in: 11 },
    replies: pending(2),
    polls: [5.5, 11],
    end: 'expired',
  },
  {
    name: 'expires before the first poll',
    code: { expires_in: 3 },
    replies: [],
    polls: [],
    end: 'expired',
    endsAt: 3,
  },
  {
    name: 'polls once more after the deadline when the laptop was asleep until the next poll was due',
    code: { expires_in: 3 },
    replies: [GRANTED],
    meanwhile: [[1, { jump: 2.5 }]],
    polls: [3],
    end: SIGNED_IN,
  },
  {
    name: 'accepts a token that comes after the deadline',
    code: { expires_in: 8 },
    replies: [after(6, GRANTED)],
    polls: [5.5],
    end: SIGNED_IN,
    endsAt: 11.5,
  },
  {
    name: 'expires when the answer after the deadline is authorization_pending',
    code: { expires_in: 8 },
    replies: [after(6, PENDING)],
    polls: [5.5],
    end: 'expired',
    endsAt: 11.5,
  },
  {
    name: 'counts the life from the answer with the code',
    code: { interval: 100, expires_in: 900 },
    replies: pending(8),
    polls: [100.5, 201, 301.5, 402, 502.5, 603, 703.5, 804],
    end: 'expired',
    endsAt: 900,
  },
  {
    name: 'expires after an hour when the server names a longer life',
    code: { interval: 1_000, expires_in: 1e12 },
    replies: pending(3),
    polls: [1_000.5, 2_001, 3_001.5],
    end: 'expired',
    endsAt: HOUR,
  },
];

/** A pause looks at the wall clock every five seconds, so it notices a jump at 10.5 s at the latest. */
const JUMPS: Scenario[] = [
  {
    name: 'past the deadline: polls once and gets the token',
    replies: [PENDING, GRANTED],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5, 10.5],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline: expires after one poll that is pending',
    replies: pending(2),
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5, 10.5],
    end: 'expired',
  },
  {
    name: 'past the deadline: expires after one poll with expired_token',
    replies: [PENDING, EXPIRED_TOKEN],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5, 10.5],
    end: 'expired',
  },
  {
    name: 'past the deadline: expires after one poll without network',
    replies: [PENDING, OFFLINE],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5, 10.5],
    end: 'expired',
  },
  {
    name: 'past the deadline during a back-off: polls once at once',
    replies: [OFFLINE, OFFLINE, OFFLINE, GRANTED],
    meanwhile: [[50, { jump: HOUR }]],
    polls: [5.5, 16, 36.5, 51.5],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline during a Retry-After: polls once',
    replies: [json(429, {}, { 'retry-after': '7200' }), GRANTED],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5, 10.5],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline during the last wait: polls once',
    code: { expires_in: 14 },
    replies: [...pending(2), GRANTED],
    meanwhile: [[12, { jump: HOUR }]],
    polls: [5.5, 11, 14],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline during a poll: accepts its token',
    replies: [after(6, GRANTED)],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5],
    end: SIGNED_IN,
    endsAt: 11.5,
  },
  {
    name: 'past the deadline during a poll: expires when it is pending',
    replies: [after(6, PENDING)],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5],
    end: 'expired',
    endsAt: 11.5,
  },
  {
    name: 'before the deadline: polls at once, and the deadline comes earlier',
    code: { expires_in: 100 },
    replies: pending(7),
    meanwhile: [[8, { jump: 60 }]],
    polls: [5.5, 10.5, 16, 21.5, 27, 32.5, 38],
    end: 'expired',
    endsAt: 40,
  },
  {
    name: 'shorter than the wait: polls at the time of the wall clock',
    code: { interval: 20 },
    replies: [PENDING, GRANTED],
    meanwhile: [[22, { jump: 8 }]],
    polls: [20.5, 35.5],
    end: SIGNED_IN,
  },
  {
    name: 'backward: polls after the interval by running time',
    replies: [PENDING, PENDING, GRANTED],
    meanwhile: [[8, { jump: -HOUR }]],
    polls: [5.5, 11, 16.5],
    end: SIGNED_IN,
  },
  {
    name: 'backward: expires with the answer expired_token',
    code: { expires_in: 20 },
    replies: [...pending(3), EXPIRED_TOKEN],
    meanwhile: [[8, { jump: -HOUR }]],
    polls: [5.5, 11, 16.5, 22],
    end: 'expired',
  },
  {
    name: 'backward during the last wait: expires by running time',
    code: { expires_in: 14 },
    replies: pending(2),
    meanwhile: [[12, { jump: -HOUR }]],
    polls: [5.5, 11],
    end: 'expired',
    endsAt: 14,
  },
];

const CANCEL: Scenario[] = [
  {
    name: 'before the first poll',
    replies: [],
    polls: [],
    meanwhile: [[2, 'cancel']],
    end: 'canceled',
    endsAt: 2,
  },
  {
    name: 'during a wait',
    replies: [PENDING],
    polls: [5.5],
    meanwhile: [[7, 'cancel']],
    end: 'canceled',
    endsAt: 7,
  },
  {
    name: 'during a back-off',
    replies: [OFFLINE, OFFLINE, OFFLINE],
    polls: [5.5, 16, 36.5],
    meanwhile: [[70, 'cancel']],
    end: 'canceled',
    endsAt: 70,
  },
  {
    name: 'during a request without an answer',
    replies: [PENDING, never()],
    polls: [5.5, 11],
    meanwhile: [[12, 'cancel']],
    end: 'canceled',
    endsAt: 12,
  },
  {
    name: 'during half an answer',
    replies: [neverEnds(200)],
    polls: [5.5],
    meanwhile: [[6, 'cancel']],
    end: 'canceled',
    endsAt: 6,
  },
];

for (const [title, scenarios] of [
  ['the deadline', DEADLINE],
  ['after a jump of the wall clock', JUMPS],
  ['rejects at once when it is canceled', CANCEL],
] as const) {
  describe(`device grant: ${title}`, () => {
    for (const scenario of scenarios) it(scenario.name, () => play(scenario));
  });
}
