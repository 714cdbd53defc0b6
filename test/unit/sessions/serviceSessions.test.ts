import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { play, type Scenario } from '../support/sessionScenario.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NIGHT_MS = 9 * HOUR_MS;

const EXPIRY: Scenario[] = [
  {
    name: 'a session without a known expiry does not end',
    steps: [[0, 'clock', { jumpsMs: 1_000 * NIGHT_MS }]],
    sessions: ['a: access 1'],
  },
  {
    name: 'a session is handed out until a minute before it expires',
    a: { lifeMs: HOUR_MS },
    steps: [[0, 'clock', { jumpsMs: 59 * MINUTE_MS - 1_000 }]],
    sessions: ['a: access 1'],
  },
  {
    name: 'a session ends in its last minute, in all windows',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', { jumpsMs: 59 * MINUTE_MS }],
      [0, 'one', 'gets sessions'],
    ],
    sessions: [],
    changes: ['removed a'],
  },
  {
    name: 'a session that ended while the laptop slept ends once, when both windows are asked for it',
    a: { lifeMs: HOUR_MS },
    takes: { read: 20, write: 50 },
    steps: [
      [0, 'clock', { jumpsMs: NIGHT_MS }],
      [0, 'one', 'gets sessions'],
      [0, 'two', 'gets sessions'],
      [5, 'one', 'gets sessions'],
    ],
    sessions: [],
    changes: ['removed a'],
  },
  {
    name: 'a session comes back in all windows when a clock that was ahead is set right',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', { jumpsMs: 8 * HOUR_MS }],
      [0, 'one', 'gets sessions'],
      [60_000, 'clock', { jumpsMs: -8 * HOUR_MS }],
      [61_000, 'two', 'gets sessions'],
    ],
    sessions: ['a: access 1'],
    changes: ['removed a', 'added a'],
  },
  {
    name: 'an ended session stays ended until the clock is set back before its expiry',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', { jumpsMs: 2 * HOUR_MS }],
      [0, 'one', 'gets sessions'],
      [1_000, 'clock', { jumpsMs: -HOUR_MS }],
    ],
    sessions: [],
    changes: ['removed a'],
  },
  {
    name: 'a sign-in after the end continues the session with its id, and revokes the expired token',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', { jumpsMs: NIGHT_MS }],
      [0, 'two', 'gets sessions'],
      [1_000, 'one', 'signs in'],
    ],
    sessions: ['a: access 2'],
    changes: ['removed a', 'added a'],
    asked: ['revoke access 1'],
  },
  {
    name: 'a sign-in before the end continues the session and revokes the earlier token',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', { jumpsMs: 56 * MINUTE_MS }],
      [0, 'one', 'signs in'],
      [1_000, 'clock', { jumpsMs: NIGHT_MS }],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['revoke access 1'],
  },
];

describe('the usable sessions of a service', () => {
  it('are the live ones of this service in memory, oldest sign-in first', async () => {
    const world = new SessionWorld();
    world.have('young', world.service.grant(), { signedInAtMs: 3_000 });
    world.have('old', world.service.grant(), { signedInAtMs: 1_000 });
    world.have('other', world.service.grant(), { serviceId: 'adom' });
    world.store(endedOf('ended'));
    world.store(removedOf('removed'));
    const { sessions } = await world.ready();
    const ids = (records: readonly { id: string }[]): string[] => records.map(({ id }) => id);
    assert.deepEqual(ids(sessions.records.configured()), ['old', 'young']);
    assert.deepEqual(ids(sessions.records.ended()), ['ended']);
    assert.deepEqual(ids(sessions.records.liveSessions()), ['old', 'young']);
    await world.clock.run(sessions.settle());
    assert.deepEqual(ids(sessions.usable()), ['old', 'young']);
  });

  for (const [name, filter, expected] of [
    ['no filter', {}, ['a', 'b', 'bob']],
    ['scopes in any order', { scopes: ['openid', 'profile'] }, ['a', 'bob']],
    ['other scopes', { scopes: ['email'] }, ['b']],
    ['an account', { accountId: 'bap-1' }, ['a', 'b']],
    ['scopes and an account', { scopes: ['profile', 'openid'], accountId: 'bap-2' }, ['bob']],
    ['scopes without a session', { scopes: [] }, []],
    ['an unknown account', { accountId: 'bap-3' }, []],
  ] as const)
    it(`are ${expected.join(', ') || 'none'} with ${name}`, async () => {
      const world = new SessionWorld();
      world.have('a', world.service.grant());
      world.have('b', world.service.grant(), { scopes: ['email'] });
      world.have('bob', world.service.grant(), { person: { ...recordOf('a').person, accountId: 'bap-2' } });
      const { sessions } = await world.ready();
      await world.clock.run(sessions.settle(filter));
      assert.deepEqual(
        sessions
          .usable(filter)
          .map(({ id }) => id)
          .sort(),
        [...expected].sort(),
      );
    });

  it('are given after the renewal of those that match the filter, and of no other', async () => {
    const world = new SessionWorld();
    const over = { lifeMs: MINUTE_MS, refreshable: true };
    world.have('a', world.service.grant());
    world.have('b', world.service.grant(over), { scopes: ['email'] });
    world.have('bob', world.service.grant(over), { person: { ...recordOf('a').person, accountId: 'bap-2' } });
    world.service.takes.renew = 5_000;
    const { sessions } = await world.ready();
    const filter = { scopes: ['openid', 'profile'], accountId: 'bap-1' };
    await world.clock.run(sessions.settle(filter));
    assert.deepEqual([sessions.usable(filter).map(({ id }) => id), world.clock.ranMs], [['a'], 0]);
    assert.deepEqual(world.service.asked, []);
    await world.clock.run(sessions.settle({ scopes: ['email'] }));
    assert.deepEqual([world.service.asked, world.clock.ranMs], [['renew refresh 2'], 5_000]);
  });

  it('reject with a StoreError while the storage cannot be read', async () => {
    const world = new SessionWorld();
    world.storage.readFailure = new Error('locked');
    const { sessions } = world.open();
    await assert.rejects(world.clock.run(sessions.settle()), StoreError);
    await assert.rejects(world.clock.run(sessions.load()), StoreError);
  });

  it('report changes only to listeners of their own service', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    world.have('other', world.service.grant(), { serviceId: 'adom' });
    await world.clock.run(one.store.rereadAll());
    await world.clock.run(one.sessions.signOut('a'));
    assert.deepEqual(world.changesOf(one), ['removed a']);
  });
});

describe('sessions of a service: expiry', () => {
  for (const scenario of EXPIRY) it(scenario.name, () => play(scenario));

  it('has no timer: a window notices it when asked for sessions', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: HOUR_MS }));
    const one = await world.ready();
    await world.sessionsOf(one);
    assert.equal(world.clock.pending, 1, 'only the check every 30 seconds');
    await world.clock.advance(NIGHT_MS);
    assert.deepEqual(world.changesOf(one), []);
    assert.deepEqual(await world.sessionsOf(one), []);
    assert.deepEqual(world.changesOf(one), ['removed a']);
  });
});
