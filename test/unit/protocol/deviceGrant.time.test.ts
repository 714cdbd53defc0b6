import { describe, it } from 'node:test';

import { after, json, networkError, never, neverEnds, type Reply } from '../support/conversation.ts';
import { hold, type Row } from '../support/deviceGrantRow.ts';

const PENDING = json(400, { error: 'authorization_pending' });
const GRANTED = json(200, { access_token: 'token', token_type: 'Bearer' });
const SIGNED_IN: Row['end'] = { granted: { accessToken: 'token' } };
const EXPIRED_TOKEN = json(400, { error: 'expired_token' });
const OFFLINE = networkError('ENOTFOUND');
const HOUR = 3_600;
const pending = (times: number): Reply[] => Array<Reply>(times).fill(PENDING);

const DEADLINE: Row[] = [
  {
    name: 'the code ends between two polls: over at that moment',
    code: { expires_in: 14 },
    replies: pending(2),
    polls: [5.5, 11],
    end: 'expired',
    endsAt: 14,
  },
  {
    name: 'a poll that is due at the very deadline is still made',
    code: { expires_in: 11 },
    replies: [PENDING, GRANTED],
    polls: [5.5, 11],
    end: SIGNED_IN,
  },
  {
    name: 'pending at the very deadline is over',
    code: { expires_in: 11 },
    replies: pending(2),
    polls: [5.5, 11],
    end: 'expired',
  },
  {
    name: 'a code that ends before the first poll is due',
    code: { expires_in: 3 },
    replies: [],
    polls: [],
    end: 'expired',
    endsAt: 3,
  },
  {
    name: 'granted by an answer that comes after the deadline',
    code: { expires_in: 8 },
    replies: [after(6, GRANTED)],
    polls: [5.5],
    end: SIGNED_IN,
    endsAt: 11.5,
  },
  {
    name: 'pending in an answer that comes after the deadline',
    code: { expires_in: 8 },
    replies: [after(6, PENDING)],
    polls: [5.5],
    end: 'expired',
    endsAt: 11.5,
  },
  {
    name: 'the life counts from the answer that brought the code, not from each poll',
    code: { interval: 100, expires_in: 900 },
    replies: pending(8),
    polls: [100.5, 201, 301.5, 402, 502.5, 603, 703.5, 804],
    end: 'expired',
    endsAt: 900,
  },
  {
    name: 'no code is waited for longer than an hour, whatever the server says',
    code: { interval: 1_000, expires_in: 1e12 },
    replies: pending(3),
    polls: [1_000.5, 2_001, 3_001.5],
    end: 'expired',
    endsAt: HOUR,
  },
];

/** A pause looks at the wall clock every five seconds, so a jump is noticed at 10.5 s at the latest. */
const JUMPS: Row[] = [
  {
    name: 'past the deadline, approved meanwhile: one poll finds it',
    replies: [PENDING, GRANTED],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5, 10.5],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline, still pending: over after one poll',
    replies: pending(2),
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5, 10.5],
    end: 'expired',
  },
  {
    name: 'past the deadline, and the server says so',
    replies: [PENDING, EXPIRED_TOKEN],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5, 10.5],
    end: 'expired',
  },
  {
    name: 'past the deadline, and no network yet: over after one poll',
    replies: [PENDING, OFFLINE],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5, 10.5],
    end: 'expired',
  },
  {
    name: 'past the deadline in a long back-off: one poll, without the rest of the wait',
    replies: [OFFLINE, OFFLINE, OFFLINE, GRANTED],
    meanwhile: [[50, { jump: HOUR }]],
    polls: [5.5, 16, 36.5, 51.5],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline, but not past the next poll that a 429 allows: over without it',
    replies: [json(429, {}, { 'retry-after': '7200' })],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5],
    end: 'expired',
    endsAt: 10.5,
  },
  {
    name: 'past the deadline while the last wait runs, which ends with the code',
    code: { expires_in: 14 },
    replies: [...pending(2), GRANTED],
    meanwhile: [[12, { jump: HOUR }]],
    polls: [5.5, 11, 14],
    end: SIGNED_IN,
  },
  {
    name: 'past the deadline during a request that is granted',
    replies: [after(6, GRANTED)],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5],
    end: SIGNED_IN,
    endsAt: 11.5,
  },
  {
    name: 'past the deadline during a request that is answered',
    replies: [after(6, PENDING)],
    meanwhile: [[8, { jump: HOUR }]],
    polls: [5.5],
    end: 'expired',
    endsAt: 11.5,
  },
  {
    name: 'inside the life: the overdue poll at once, and the deadline comes so much sooner',
    code: { expires_in: 100 },
    replies: pending(7),
    meanwhile: [[8, { jump: 60 }]],
    polls: [5.5, 10.5, 16, 21.5, 27, 32.5, 38],
    end: 'expired',
    endsAt: 40,
  },
  {
    name: 'shorter than the wait: the poll comes by the wall clock',
    code: { interval: 20 },
    replies: [PENDING, GRANTED],
    meanwhile: [[22, { jump: 8 }]],
    polls: [20.5, 35.5],
    end: SIGNED_IN,
  },
  {
    name: 'backward: the wait is over in its own time',
    replies: [PENDING, PENDING, GRANTED],
    meanwhile: [[8, { jump: -HOUR }]],
    polls: [5.5, 11, 16.5],
    end: SIGNED_IN,
  },
  {
    name: 'backward: the server knows when the code ends',
    code: { expires_in: 20 },
    replies: [...pending(3), EXPIRED_TOKEN],
    meanwhile: [[8, { jump: -HOUR }]],
    polls: [5.5, 11, 16.5, 22],
    end: 'expired',
  },
  {
    name: 'backward in the last wait: over in its own time',
    code: { expires_in: 14 },
    replies: pending(2),
    meanwhile: [[12, { jump: -HOUR }]],
    polls: [5.5, 11],
    end: 'expired',
    endsAt: 14,
  },
];

const CANCEL: Row[] = [
  {
    name: 'before the first poll',
    replies: [],
    polls: [],
    meanwhile: [[2, 'cancel']],
    end: 'cancelled',
    endsAt: 2,
  },
  {
    name: 'in a wait',
    replies: [PENDING],
    polls: [5.5],
    meanwhile: [[7, 'cancel']],
    end: 'cancelled',
    endsAt: 7,
  },
  {
    name: 'in a back-off',
    replies: [OFFLINE, OFFLINE, OFFLINE],
    polls: [5.5, 16, 36.5],
    meanwhile: [[70, 'cancel']],
    end: 'cancelled',
    endsAt: 70,
  },
  {
    name: 'in a request that is not answered',
    replies: [PENDING, never()],
    polls: [5.5, 11],
    meanwhile: [[12, 'cancel']],
    end: 'cancelled',
    endsAt: 12,
  },
  {
    name: 'in half an answer',
    replies: [neverEnds(200)],
    polls: [5.5],
    meanwhile: [[6, 'cancel']],
    end: 'cancelled',
    endsAt: 6,
  },
];

for (const [title, rows] of [
  ['the deadline', DEADLINE],
  ['a jump of the clock', JUMPS],
  ['cancel takes effect at once', CANCEL],
] as const) {
  describe(`device grant: ${title}`, () => {
    for (const row of rows) it(row.name, () => hold(row));
  });
}
