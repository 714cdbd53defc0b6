import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { play, type Scenario } from '../support/sessionScenario.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const HOUR_MS = 3_600_000;
/** A session that is over one second after the start. */
const ONE_SECOND_LEFT = { lifeMs: 61_000 };

/** Answers that arrive after something newer. */
const SCENARIOS: Scenario[] = [
  {
    name: 'a sign-in after a sign-out makes a new session',
    steps: [
      [0, 'one', 'signs out'],
      [0, 'one', 'signs in'],
    ],
    sessions: ['new 1: access 2'],
    changes: ['removed a', 'added new 1'],
    asked: ['revoke access 1'],
  },
  {
    name: 'a sign-in after a sign-out that this window has not heard of makes a new session',
    takes: { read: 700 },
    steps: [
      [0, 'two', 'signs out'],
      [750, 'one', 'signs in'],
    ],
    sessions: ['new 1: access 2'],
    changes: ['removed a', 'added new 1'],
    asked: ['revoke access 1'],
  },
  {
    name: 'a session ends in this window while a sign-in to it is being stored: the sign-in stays',
    a: ONE_SECOND_LEFT,
    takes: { read: 20, write: 3_000 },
    steps: [
      [0, 'one', 'signs in'],
      [2_000, 'one', 'gets sessions'],
    ],
    sessions: ['a: access 2'],
    changes: { one: ['removed a', 'added a'], two: ['changed a'] },
    asked: ['revoke access 1'],
  },
  {
    name: 'a session ends in the other window while a sign-in to it is being stored: the sign-in stays',
    a: ONE_SECOND_LEFT,
    takes: { read: 20, write: 3_000 },
    steps: [
      [0, 'one', 'signs in'],
      [2_000, 'two', 'gets sessions'],
    ],
    sessions: ['a: access 2'],
    changes: { one: ['changed a'], two: ['removed a', 'added a'] },
    asked: ['revoke access 1'],
  },
  {
    name: 'a window that finds a session over reads storage first, and finds a sign-in there',
    a: ONE_SECOND_LEFT,
    takes: { read: 300 },
    steps: [
      [0, 'one', 'signs in'],
      [1_300, 'two', 'gets sessions'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['revoke access 1'],
  },
  {
    name: 'a sign-in while the service answers that the earlier token is rejected: the sign-in stays',
    takes: { verify: 2_000 },
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'two', 'verifies'],
      [1_000, 'one', 'signs in'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['verify access 1', 'revoke access 1'],
  },
  {
    name: 'a sign-in that the verifying window has not heard of stays',
    takes: { verify: 2_200, read: 700 },
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
      [50, 'two', 'signs in'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['verify access 1', 'revoke access 1'],
  },
  {
    name: 'a sign-in after the clock was set back is newer than the earlier session',
    steps: [
      [0, 'clock', { jumpsMs: -3 * HOUR_MS }],
      [0, 'one', 'signs in'],
      [1_000, 'storage', 'gets the first text back'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['revoke access 1'],
  },
  {
    name: 'a sign-out while a verification waits for its answer: the user is told nothing',
    takes: { verify: 2_000 },
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'two', 'verifies'],
      [1_000, 'one', 'signs out'],
    ],
    sessions: [],
    changes: ['removed a'],
    asked: ['verify access 1', 'revoke access 1'],
  },
  {
    name: 'a sign-out in two windows at once is one change',
    takes: { read: 20, write: 50 },
    steps: [
      [0, 'one', 'signs out'],
      [10, 'two', 'signs out'],
    ],
    sessions: [],
    changes: ['removed a'],
    asked: ['revoke access 1', 'revoke access 1'],
  },
  ...(['gets the first text back', 'loses the text'] as const).flatMap((happens): Scenario[] => [
    {
      name: `the storage ${happens} after a sign-in: the sign-in stays`,
      takes: { read: 20, write: 50 },
      steps: [
        [0, 'one', 'signs in'],
        [1_000, 'storage', happens],
      ],
      sessions: ['a: access 2'],
      changes: ['changed a'],
      asked: ['revoke access 1'],
    },
    {
      name: `the storage ${happens} while a sign-in is being stored: the sign-in stays`,
      takes: { read: 20, write: 50 },
      steps: [
        [0, 'one', 'signs in'],
        [40, 'storage', happens],
      ],
      sessions: ['a: access 2'],
      changes: ['changed a'],
      asked: ['revoke access 1'],
    },
    {
      name: `the storage ${happens} after a sign-out: the session does not come back`,
      takes: { read: 20, write: 50 },
      steps: [
        [0, 'one', 'signs out'],
        [1_000, 'storage', happens],
      ],
      sessions: [],
      changes: ['removed a'],
      asked: ['revoke access 1'],
    },
    {
      name: `the storage ${happens} after an end: the session does not come back`,
      a: { lifeMs: HOUR_MS },
      steps: [
        [0, 'clock', { jumpsMs: HOUR_MS }],
        [0, 'one', 'gets sessions'],
        [1_000, 'storage', happens],
      ],
      sessions: [],
      changes: ['removed a'],
    },
    {
      name: `the storage ${happens} after a rejection: the session does not come back`,
      steps: [
        [0, 'service', { rejects: ['access 1'] }],
        [0, 'one', 'verifies'],
        [1_000, 'storage', happens],
      ],
      sessions: [],
      changes: ['removed a'],
      asked: ['verify access 1'],
      notices: ['rejected a'],
    },
  ]),
];

describe('sessions of a service: late answers change nothing that is newer', () => {
  for (const scenario of SCENARIOS) it(scenario.name, () => play(scenario));

  it('a session that was added and removed before a window could read it does not come back', async () => {
    const { world, one } = await withA();
    const two = await world.ready();
    world.storage.readMs = 700;
    const { id } = await world.clock.run(world.signIn(one, world.service.grant(), ['email']));
    const record = world.stored(id) ?? assert.fail();
    await world.clock.run(one.sessions.signOut(id));
    await world.quiet();
    await world.close(one);
    world.storage.restore(record);
    await world.quiet();
    assert.deepEqual(await world.sessionsOf(two), ['a: access 1']);
    assert.equal(world.stored(id)?.state, 'removed');
    assert.deepEqual(
      two.changes.filter(({ record }) => record.id === 'a'),
      [],
    );
  });
});

async function withA(): Promise<{ world: SessionWorld; one: Window }> {
  const world = new SessionWorld();
  world.have('a', world.service.grant());
  return { world, one: await world.ready() };
}
