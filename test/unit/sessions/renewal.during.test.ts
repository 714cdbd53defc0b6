import { describe, it } from 'node:test';

import { play, type Scenario } from '../support/sessionScenario.ts';

const MINUTE_MS = 60_000;
/** A session in its last five minutes. */
const SOON = { lifeMs: 4 * MINUTE_MS, refreshable: true };

const SCENARIOS: Scenario[] = [
  ...(['one', 'two'] as const).map((who) => ({
    name: `a sign-out in window ${who}: the new grant is revoked`,
    a: SOON,
    takes: { renew: 2_000, read: 20, write: 50 },
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, who, 'signs out'],
    ] satisfies Scenario['steps'],
    sessions: [],
    changes: ['removed a'],
    asked: ['renew refresh 1', 'revoke access 1', 'revoke access 2'],
  })),
  {
    name: 'a sign-out that is being stored when the answer comes: no window sends the used refresh token again',
    a: { lifeMs: -60_000, refreshable: true },
    takes: { renew: 4_000, write: 25_000 },
    steps: [
      [0, 'one', 'gets sessions'],
      [100, 'one', 'signs out'],
      [5_000, 'two', 'gets sessions'],
    ],
    sessions: [],
    changes: ['removed a'],
    asked: ['renew refresh 1', 'revoke access 1', 'revoke access 2'],
  },
  {
    name: 'a sign-out that is not stored yet when the answer comes: it wins, and the new grant is revoked',
    a: SOON,
    takes: { renew: 400, read: 700 },
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, 'two', 'signs out'],
    ],
    sessions: [],
    changes: { one: ['changed a', 'removed a'], two: ['removed a'] },
    asked: ['renew refresh 1', 'revoke access 1', 'revoke access 2'],
  },
  ...(['one', 'two'] as const).map((who) => ({
    name: `a sign-in in window ${who}: it waits for the renewal, and replaces and revokes its grant`,
    a: SOON,
    takes: { renew: 2_000, read: 20, write: 50 },
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, who, 'signs in'],
    ] satisfies Scenario['steps'],
    sessions: ['a: access 3'],
    changes: ['changed a', 'changed a'],
    asked: ['renew refresh 1', 'revoke access 2'],
  })),
  {
    name: 'a sign-in: a rejected refresh token does not affect it',
    a: SOON,
    takes: { renew: 2_000 },
    steps: [
      [0, 'service', { rejects: ['refresh 1'] }],
      [0, 'one', 'gets sessions'],
      [1_000, 'two', 'signs in'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1', 'revoke access 1'],
  },
  {
    name: 'a sign-in that is slow to store: it replaces and revokes the new grant',
    a: SOON,
    takes: { renew: 2_000, read: 20, write: 3_000 },
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, 'two', 'signs in'],
    ],
    sessions: ['a: access 3'],
    changes: ['changed a', 'changed a'],
    asked: ['renew refresh 1', 'revoke access 2'],
  },
  {
    name: 'a sign-in for other scopes: both sessions stay',
    a: SOON,
    takes: { renew: 2_000 },
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, 'two', 'signs in for other scopes'],
    ],
    sessions: ['a: access 2', 'new 1: access 3'],
    changes: ['added new 1', 'changed a'],
    asked: ['renew refresh 1'],
  },
  // The service rejects the old access token once it has granted another.
  ...(['one', 'two'] as const).map((who) => ({
    name: `a verification in window ${who}: it waits for the renewal, and the session stays`,
    a: SOON,
    takes: { renew: 2_000, verify: 500, read: 20, write: 50 },
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, who, 'verifies'],
    ] satisfies Scenario['steps'],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1', 'verify access 1'],
  })),
  {
    name: 'a verification that is answered after the renewal: the session stays',
    a: SOON,
    takes: { renew: 1_000, verify: 3_000 },
    steps: [
      [0, 'one', 'gets sessions'],
      [500, 'two', 'verifies'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1', 'verify access 1'],
  },
  {
    name: 'a verification that stops waiting first: it hides the session until the new grant arrives',
    a: SOON,
    takes: { renew: 12_000, verify: 500, read: 20, write: 50 },
    steps: [
      [0, 'one', 'gets sessions'],
      [900, 'two', 'verifies'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a', 'changed a'],
    asked: ['renew refresh 1', 'verify access 1'],
  },
  {
    name: 'a verification that stops waiting while the new grant is being stored: the new grant wins',
    a: SOON,
    takes: { renew: 12_000, verify: 500, read: 20, write: 2_000 },
    steps: [
      [0, 'one', 'gets sessions'],
      [2_900, 'two', 'verifies'],
    ],
    sessions: ['a: access 2'],
    changes: { one: ['changed a'], two: ['changed a', 'changed a'] },
    asked: ['renew refresh 1', 'verify access 1'],
  },
  {
    name: 'another program puts the old text back, again and again: the new grant is stored again',
    a: SOON,
    takes: { renew: 2_000, read: 20, write: 50 },
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, 'storage', 'gets the first text back'],
      [2_040, 'storage', 'gets the first text back'],
      [3_000, 'storage', 'gets the first text back'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'the stored text is lost: the new grant is stored all the same',
    a: SOON,
    takes: { renew: 2_000, read: 20, write: 50 },
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, 'storage', 'loses the text'],
      [2_040, 'storage', 'loses the text'],
      [3_000, 'storage', 'loses the text'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'the laptop sleeps, and the other window needs the session, too: the late answer is kept',
    a: SOON,
    takes: { renew: 2_000 },
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, 'clock', { jumpsMs: 4 * MINUTE_MS }],
      [1_000, 'two', 'gets sessions'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1'],
  },
];

describe('renewal: what happens while the service is asked for a new token', () => {
  for (const scenario of SCENARIOS) it(scenario.name, () => play(scenario));
});
