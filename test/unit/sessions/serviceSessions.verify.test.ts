import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { play, type Scenario } from '../support/sessionScenario.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const HOUR_MS = 3_600_000;
const LASTING = { lifeMs: 2 * HOUR_MS, refreshable: true };

const VERIFICATION: Scenario[] = [
  {
    name: 'a session that the service accepts stays',
    steps: [[0, 'one', 'verifies']],
    sessions: ['a: access 1'],
    asked: ['verify access 1'],
  },
  {
    name: 'a session stays while the service gives no definite answer',
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'service', 'goes offline'],
      [0, 'one', 'verifies'],
    ],
    sessions: ['a: access 1'],
    asked: ['verify access 1'],
  },
  {
    name: 'a session that the service rejects ends in all windows, and the user is told once',
    takes: { verify: 100, read: 20 },
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
      [5, 'one', 'verifies'], // both read the storage when the first one ends it
      [1_000, 'two', 'verifies'],
    ],
    sessions: [],
    changes: ['removed a'],
    asked: ['verify access 1'],
    notices: ['rejected a'],
  },
  {
    name: 'two windows that find out at the same time tell the user once',
    takes: { verify: 100, read: 20, write: 50 },
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
      [5, 'two', 'verifies'],
    ],
    sessions: [],
    changes: ['removed a'],
    asked: ['verify access 1'],
    notices: ['rejected a'],
  },
  {
    name: 'two windows tell the user once, even when the first has not stored the end yet',
    takes: { verify: 100, write: 500 },
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
      [5, 'two', 'verifies'],
    ],
    sessions: [],
    changes: ['removed a'],
    asked: ['verify access 1', 'verify access 1'],
    notices: ['rejected a'],
  },
  {
    name: 'a rejected access token is renewed if possible',
    a: LASTING,
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['verify access 1', 'renew refresh 1'],
  },
  {
    name: 'a rejected access token is renewed once, even when both windows find out at the same time',
    a: LASTING,
    takes: { verify: 100, renew: 400, read: 20, write: 50 },
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
      [10, 'one', 'verifies'],
      [20, 'two', 'verifies'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['verify access 1', 'renew refresh 1', 'verify access 1'],
  },
  {
    name: 'a session ends when its refresh token is rejected, too',
    a: LASTING,
    steps: [
      [0, 'service', { rejects: ['access 1', 'refresh 1'] }],
      [0, 'one', 'verifies'],
    ],
    sessions: [],
    changes: ['removed a'],
    asked: ['verify access 1', 'renew refresh 1'],
    notices: ['rejected a'],
  },
  {
    name: 'a renewal that takes long: the rejected token is not handed out until the new one arrives',
    a: LASTING,
    takes: { verify: 500, renew: 12_000, read: 20, write: 3_000 }, // it arrives while the wait is being stored
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a', 'changed a'],
    asked: ['verify access 1', 'renew refresh 1'],
  },
  {
    name: 'a rejected token is not handed out while it cannot be renewed, even when the clock is set back',
    a: LASTING,
    takes: { verify: 100 },
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
      [50, 'service', 'goes offline'],
      [1_000, 'clock', { jumpsMs: -HOUR_MS }],
    ],
    sessions: [],
    changes: ['changed a'],
    asked: ['verify access 1', 'renew refresh 1'],
  },
  {
    name: 'a session with a rejected token comes back when the service can renew it',
    a: LASTING,
    takes: { verify: 100 },
    steps: [
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
      [50, 'service', 'goes offline'],
      [1_000, 'service', 'is back'],
      [31_000, 'one', 'gets sessions'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a', 'changed a'],
    asked: ['verify access 1', 'renew refresh 1', 'renew refresh 1'],
  },
];

describe('sessions of a service: verification', () => {
  for (const scenario of VERIFICATION) it(scenario.name, () => play(scenario));

  for (const [name, expected, refreshable, rejected, offline] of [
    ['true for an accepted session', true, false, [], false],
    ['true while the service gives no definite answer', true, false, ['access 1'], true],
    ['false for a rejected session', false, false, ['access 1'], false],
    ['true for a rejected token that could be renewed', true, true, ['access 1'], false],
    ['false when the refresh token is rejected, too', false, true, ['access 1', 'refresh 1'], false],
  ] as const)
    it(`returns ${name}`, async () => {
      const world = new SessionWorld();
      world.have('a', world.service.grant({ refreshable }));
      const one = await world.ready();
      world.service.reject(...rejected);
      world.service.offline = offline;
      assert.equal(await world.clock.run(one.sessions.verification.verify('a', one.closed.signal)), expected);
    });

  it('returns false for an unknown session and for one of another service, without a request', async () => {
    const world = new SessionWorld();
    world.have('other', world.service.grant(), { serviceId: 'adom' });
    const one = await world.ready();
    for (const id of ['other', 'unknown'])
      assert.equal(await world.clock.run(one.sessions.verification.verify(id, one.closed.signal)), false);
    assert.deepEqual(world.service.asked, []);
  });

  it('reads the storage first in a window that has read nothing yet', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = world.open();
    assert.equal(await world.clock.run(one.sessions.verification.verify('a', one.closed.signal)), true);
  });

  it('returns false if the user signs out during the request', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    world.service.takes.verify = 100;
    const verifying = one.sessions.verification.verify('a', one.closed.signal);
    await world.clock.advance(50);
    await world.clock.run(one.sessions.signOut('a'));
    assert.equal(await world.clock.run(verifying), false);
  });

  it('returns false if the user signs out while this window waits for another one', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const [one, two] = [await world.ready(), await world.ready()];
    world.service.takes.verify = 100;
    const first = one.sessions.verification.verify('a', one.closed.signal);
    await world.clock.advance(10);
    const second = two.sessions.verification.verify('a', two.closed.signal);
    await world.clock.run(one.sessions.signOut('a'));
    assert.deepEqual(await world.clock.run(Promise.all([first, second])), [false, false]);
    assert.deepEqual(world.service.asked, ['verify access 1', 'revoke access 1']);
  });

  it('asks about two sessions at the same time, and returns the right answer for each', async () => {
    const world = new SessionWorld();
    for (const id of ['a', 'b']) world.have(id, world.service.grant(), { scopes: [id] });
    const one = await world.ready();
    world.service.takes.verify = 100;
    world.service.reject('access 2');
    const verify = (id: string): Promise<boolean> => one.sessions.verification.verify(id, one.closed.signal);
    assert.deepEqual(await world.clock.run(Promise.all([verify('a'), verify('b')])), [true, false]);
    assert.deepEqual(one.log.lines[0], 'warn Test Identity rejects a session.');
  });

  it('rejects with the reason of the signal', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    world.service.takes.verify = 5_000;
    const verifying = one.sessions.verification.verify('a', one.closed.signal);
    const reason = new Error('closed');
    world.clock.at(1_000, () => {
      one.closed.abort(reason);
    });
    await assert.rejects(world.clock.run(verifying), (error) => error === reason);
    assert.equal(world.clock.ranMs, 1_000);
  });

  for (const failure of ['readFailure', 'writeFailure'] as const)
    it(`ends a rejected session and tells the user, despite a ${failure}`, async () => {
      const world = new SessionWorld();
      world.have('a', world.service.grant());
      const one = await world.ready();
      world.service.reject('access 1');
      world.storage[failure] = new Error('locked');
      assert.equal(await world.clock.run(one.sessions.verification.verify('a', one.closed.signal)), false);
      assert.deepEqual([world.changesOf(one), one.notices], [['removed a'], ['rejected a']]);
    });

  it('tells the user again when a session is rejected after a new sign-in', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    for (const token of ['access 1', 'access 2']) {
      world.service.reject(token);
      await world.clock.run(one.sessions.verification.verify('a', one.closed.signal));
      await world.clock.run(world.signIn(one, world.service.grant()));
    }
    assert.deepEqual(one.notices, ['rejected a', 'rejected a']);
  });

  it('logs no token and no name in the life of a session', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    const one = await world.ready();
    await world.clock.run(world.signIn(one, world.service.grant(), ['email']));
    world.service.reject('access 1', 'refresh 1');
    await world.clock.run(one.sessions.verification.verify('a', one.closed.signal));
    await world.clock.run(one.sessions.signOut(one.sessions.records.configured()[0]?.id ?? ''));
    await world.quiet();
    assert.ok(one.log.lines.length > 3);
    assert.doesNotMatch(one.log.lines.join('\n'), /access \d|refresh \d|Ann|bap-1/);
  });
});
