import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { deserialize, keyOf } from '../../../src/sessions/sessionRecord.ts';
import { StoreError } from '../../../src/sessions/sessionStore.ts';
import { recordOf } from '../support/record.ts';
import { play, type Row } from '../support/sessionRow.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NIGHT_MS = 9 * HOUR_MS;
const LASTING = { lifeMs: 2 * HOUR_MS, refreshable: true };

const EXPIRY: Row[] = [
  {
    name: 'a session without a known end has none',
    steps: [[0, 'clock', 1_000 * NIGHT_MS]],
    listed: ['a: access 1'],
  },
  {
    name: 'a session is listed until a minute before its end',
    a: { lifeMs: HOUR_MS },
    steps: [[0, 'clock', 59 * MINUTE_MS - 1_000]],
    listed: ['a: access 1'],
  },
  {
    name: 'and not in its last minute: it has ended then, in all windows',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', 59 * MINUTE_MS],
      [0, 'one', 'lists'],
    ],
    listed: [],
    heard: ['removed a'],
  },
  {
    name: 'a laptop’s night is no time to end in: that is settled by whoever asks first, in both windows at once',
    a: { lifeMs: HOUR_MS },
    takes: { read: 20, write: 50 },
    steps: [
      [0, 'clock', NIGHT_MS],
      [0, 'one', 'lists'],
      [0, 'two', 'lists'],
      [5, 'one', 'lists'],
    ],
    listed: [],
    heard: ['removed a'],
  },
  {
    name: 'an ended session does not come back with the clock',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', HOUR_MS],
      [0, 'one', 'lists'],
      [1_000, 'clock', -HOUR_MS],
    ],
    listed: [],
    heard: ['removed a'],
  },
  {
    name: 'signing in after the end goes on with the id',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', NIGHT_MS],
      [0, 'two', 'lists'],
      [1_000, 'one', 'signs in'],
    ],
    listed: ['a: access 2'],
    heard: ['removed a', 'added a'],
  },
  {
    name: 'signing in before the end goes on with the session',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', 56 * MINUTE_MS],
      [0, 'one', 'signs in'],
      [1_000, 'clock', NIGHT_MS],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
  },
];

const VERIFICATION: Row[] = [
  {
    name: 'what the service accepts stays',
    steps: [[0, 'one', 'verifies']],
    listed: ['a: access 1'],
    asked: ['verify access 1'],
  },
  {
    name: 'so does what it says nothing of, rejected or not',
    steps: [
      [0, 'service', ['access 1']],
      [0, 'service', 'offline'],
      [0, 'one', 'verifies'],
    ],
    listed: ['a: access 1'],
    asked: ['verify access 1'],
  },
  {
    name: 'what it rejects has ended, in all windows; the person is told once',
    takes: { verify: 100, read: 20 },
    steps: [
      [0, 'service', ['access 1']],
      [0, 'one', 'verifies'],
      [5, 'one', 'verifies'], // both look at what is stored when the first one ends it
      [1_000, 'two', 'verifies'],
    ],
    listed: [],
    heard: ['removed a'],
    asked: ['verify access 1', 'verify access 1'],
    told: ['rejected a'],
  },
  {
    name: 'the person is told once as well when two windows find out at the same time',
    takes: { verify: 100, read: 20, write: 50 },
    steps: [
      [0, 'service', ['access 1']],
      [0, 'one', 'verifies'],
      [5, 'two', 'verifies'],
    ],
    listed: [],
    heard: ['removed a'],
    asked: ['verify access 1', 'verify access 1'],
    told: ['rejected a'],
  },
  {
    name: 'a rejected access token is renewed, where that is possible',
    a: LASTING,
    steps: [
      [0, 'service', ['access 1']],
      [0, 'one', 'verifies'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['verify access 1', 'renew refresh 1'],
  },
  {
    name: 'it is renewed once, whoever finds out at the same time',
    a: LASTING,
    takes: { verify: 100, renew: 400, read: 20, write: 50 },
    steps: [
      [0, 'service', ['access 1']],
      [0, 'one', 'verifies'],
      [10, 'one', 'verifies'],
      [20, 'two', 'verifies'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['verify access 1', 'verify access 1', 'verify access 1', 'renew refresh 1'],
  },
  {
    name: 'with its refresh token rejected, too, it has ended',
    a: LASTING,
    steps: [
      [0, 'service', ['access 1', 'refresh 1']],
      [0, 'one', 'verifies'],
    ],
    listed: [],
    heard: ['removed a'],
    asked: ['verify access 1', 'renew refresh 1'],
    told: ['rejected a'],
  },
  {
    name: 'while it cannot be renewed, nobody gets the rejected token, nor is anything lost',
    a: LASTING,
    takes: { verify: 100 },
    steps: [
      [0, 'service', ['access 1']],
      [0, 'one', 'verifies'],
      [50, 'service', 'offline'],
      // The clock is set back, and the token looks good again.
      [1_000, 'clock', -HOUR_MS],
    ],
    listed: [],
    heard: ['changed a'],
    asked: ['verify access 1', 'renew refresh 1'],
  },
  {
    name: 'it is back as soon as it can be renewed',
    a: LASTING,
    takes: { verify: 100 },
    steps: [
      [0, 'service', ['access 1']],
      [0, 'one', 'verifies'],
      [50, 'service', 'offline'],
      [1_000, 'service', 'online'],
      [31_000, 'one', 'lists'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a', 'changed a'],
    asked: ['verify access 1', 'renew refresh 1', 'renew refresh 1'],
  },
];

describe('sessions of a service: expiry', () => {
  for (const row of EXPIRY) it(row.name, () => play(row));

  it('keeps of an ended session who it was for, and no token', async () => {
    const world = new SessionWorld();
    const a = world.have('a', world.service.grant({ lifeMs: HOUR_MS }));
    const one = await world.ready();
    world.clock.jump(HOUR_MS);
    assert.deepEqual(await world.listed(one), []);
    assert.deepEqual(deserialize(world.secrets.stored.get(keyOf('a')) ?? ''), {
      ...a,
      accessToken: '',
      ended: 'expired',
      writtenAtMs: world.clock.now(),
    });
  });

  it('hands nothing out after its end, although that cannot be stored', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: HOUR_MS }));
    const one = await world.ready();
    world.clock.jump(HOUR_MS);
    world.secrets.writeFailure = new Error('locked');
    assert.deepEqual(await world.listed(one), []);
    assert.deepEqual(world.heard(one), ['removed a']);
    assert.match(one.log.lines.join(), /could not be stored/);
  });

  it('has no timer of its own', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: HOUR_MS }));
    const one = await world.ready();
    await world.listed(one);
    assert.equal(world.clock.pending, 0);
    await world.clock.advance(NIGHT_MS);
    assert.deepEqual(world.heard(one), [], 'until somebody asks');
  });
});

describe('sessions of a service: verification', () => {
  for (const row of VERIFICATION) it(row.name, () => play(row));

  for (const [name, expected, refreshable, rejected, offline] of [
    ['yes of an accepted session', true, false, [], false],
    ['yes while nothing can be learnt', true, false, ['access 1'], true],
    ['no of a rejected session', false, false, ['access 1'], false],
    ['yes of one that has been renewed', true, true, ['access 1'], false],
    ['no of one that cannot be renewed any more', false, true, ['access 1', 'refresh 1'], false],
  ] as const) {
    it(`says ${name}`, async () => {
      const world = new SessionWorld();
      world.have('a', world.service.grant({ refreshable }));
      const one = await world.ready();
      world.service.reject(...rejected);
      world.service.offline = offline;
      assert.equal(await world.clock.run(one.sessions.verify('a', one.closed.signal)), expected);
    });
  }

  it('says no of what is not there, or is another service’s, and asks nobody', async () => {
    const world = new SessionWorld();
    world.have('other', world.service.grant(), { provider: 'adom' });
    const one = await world.ready();
    for (const id of ['other', 'unknown'])
      assert.equal(await world.clock.run(one.sessions.verify(id, one.closed.signal)), false);
    assert.deepEqual(world.service.asked, []);
  });
});

describe('sessions of a service: signing in and out', () => {
  it('goes on with the id for the same account and scopes, and with the label for the account', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    const { person } = recordOf('a');
    const renamed = { ...person, accountLabel: 'Ann Other (bap-1)' };
    const keep = (scopes: string[], accountId: string): Promise<readonly string[]> =>
      world.clock
        .run(one.sessions.keep(scopes, world.service.grant(), { ...renamed, accountId }))
        .then(({ id, person: { accountLabel } }) => [world.nameOf(id), accountLabel]);
    assert.deepEqual(await keep(['openid', 'profile'], 'bap-1'), ['a', 'Ann (bap-1)']);
    assert.deepEqual(await keep(['openid'], 'bap-1'), ['new 1', 'Ann (bap-1)']);
    assert.deepEqual(await keep(['openid', 'profile'], 'bap-2'), ['new 2', 'Ann Other (bap-1)']);
  });

  it('leaves nothing of an account with its last session, and other accounts alone', async () => {
    const world = new SessionWorld();
    const ended = { accessToken: '', ended: 'expired' } as const;
    const bob = { person: { ...recordOf('a').person, accountId: 'bap-2' } };
    world.have('a', world.service.grant());
    world.have('b', world.service.grant());
    world.have('ended', world.service.grant(), ended);
    world.have('of bob', world.service.grant(), bob);
    world.have('ended of bob', world.service.grant(), { ...bob, ...ended });
    const one = await world.ready();
    const leave = async (id: string): Promise<string[]> => {
      await world.clock.run(one.sessions.signOut(id));
      return [...world.secrets.stored.keys()];
    };
    const bobs = [keyOf('of bob'), keyOf('ended of bob')];
    assert.deepEqual(await leave('a'), [keyOf('b'), keyOf('ended'), ...bobs]);
    assert.deepEqual(await leave('unknown'), [keyOf('b'), keyOf('ended'), ...bobs]);
    assert.deepEqual(await leave('b'), bobs);
    assert.deepEqual(world.heard(one), ['removed a', 'removed b']);
  });

  it('leaves with the last session that can be seen also what waits to be renewed', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    world.have('b', world.service.grant(), { scopes: ['email'] });
    const one = await world.ready();
    world.clock.jump(NIGHT_MS);
    world.service.offline = true;
    assert.deepEqual(await world.listed(one), ['b: access 2']);
    assert.deepEqual((await one.sessions.kept()).length, 2);
    await world.clock.run(one.sessions.signOut('b'));
    world.service.offline = false;
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(await world.listed(one), []);
    assert.equal(world.secrets.stored.size, 0);
    assert.deepEqual(world.service.asked.filter((each) => each.startsWith('revoke')).sort(), [
      'revoke access 1',
      'revoke access 2',
    ]);
  });

  it('makes no twins of sign-ins that end at the same moment, in one window or two', async () => {
    const world = new SessionWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    [world.secrets.readMs, world.secrets.writeMs] = [20, 50];
    const signIns = [one, one, two].map((window) => world.signIn(window, world.service.grant()));
    const kept = await world.clock.run(Promise.all(signIns));
    await world.quiet();
    assert.equal(new Set(kept.map(({ id }) => id)).size, 1);
    for (const window of [one, two]) assert.equal((await world.listed(window)).length, 1);
  });

  for (const other of ['signs in', 'signs out'] as const) {
    it(`goes by what is stored when another window ${other}, and this one has yet to hear of it`, async () => {
      const world = new SessionWorld();
      if (other === 'signs out') world.have('a', world.service.grant());
      const [one, two] = [await world.ready(), await world.ready()];
      world.secrets.readMs = 700; // for the look that follows the event
      const [known] = await world.clock.run(one.sessions.kept());
      const before = known ?? (await world.clock.run(world.signIn(one, world.service.grant())));
      if (other === 'signs out') await world.clock.run(one.sessions.signOut(before.id));
      assert.equal(two.sessions.known().length, other === 'signs out' ? 1 : 0, 'it has heard of it');
      world.secrets.readMs = 5;
      const { id } = await world.clock.run(world.signIn(two, world.service.grant()));
      await world.quiet();
      assert.equal(id === before.id, other === 'signs in');
      for (const window of [one, two]) assert.deepEqual((await world.listed(window)).length, 1);
    });
  }

  it('waits for no service to sign out, and leaves other services’ sessions alone', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    world.have('other', world.service.grant(), { provider: 'adom' });
    const one = await world.ready();
    world.service.takes.revoke = HOUR_MS;
    await world.clock.run(Promise.all(['a', 'other'].map((id) => one.sessions.signOut(id))));
    assert.equal(world.clock.ranMs, 0);
    assert.deepEqual(world.service.asked, ['revoke access 1']);
    assert.deepEqual(one.store.list('adom').length, 1);
  });

  it('goes on, verifies and signs out in windows that have read nothing yet', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    assert.equal((await world.clock.run(world.signIn(world.open(), world.service.grant()))).id, 'a');
    const two = world.open();
    assert.equal(await world.clock.run(two.sessions.verify('a', two.closed.signal)), true);
    await world.clock.run(world.open().sessions.signOut('a'));
    assert.equal(world.secrets.stored.size, 0);
  });

  for (const failure of ['readFailure', 'writeFailure'] as const) {
    it(`has ended what is rejected, and says so, in spite of a ${failure}`, async () => {
      const world = new SessionWorld();
      world.have('a', world.service.grant());
      const one = await world.ready();
      world.service.reject('access 1');
      world.secrets[failure] = new Error('locked');
      assert.equal(await world.clock.run(one.sessions.verify('a', one.closed.signal)), false);
      assert.deepEqual([world.heard(one), one.notices.told], [['removed a'], ['rejected a']]);
    });
  }

  it('says no of a session that is signed out of while the service is asked', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    world.service.takes.verify = 100;
    const verifying = one.sessions.verify('a', one.closed.signal);
    await world.clock.advance(50);
    await world.clock.run(one.sessions.signOut('a'));
    assert.equal(await world.clock.run(verifying), false);
  });

  it('is signed out of what cannot be deleted, and says so', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    world.secrets.writeFailure = new Error('locked');
    await assert.rejects(world.clock.run(one.sessions.signOut('a')), StoreError);
    assert.deepEqual(await world.listed(one), []);
    assert.deepEqual(world.service.asked, ['revoke access 1']);
  });

  it('writes no token and no name to the log', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    const one = await world.ready();
    await world.clock.run(world.signIn(one, world.service.grant(), ['email']));
    world.service.reject('access 1', 'refresh 1');
    await world.clock.run(one.sessions.verify('a', one.closed.signal));
    await world.clock.run(one.sessions.signOut(one.sessions.known()[0]?.id ?? ''));
    await world.quiet();
    assert.ok(one.log.lines.length > 3);
    assert.doesNotMatch(one.log.lines.join('\n'), /access \d|refresh \d|Ann|bap-1/);
  });
});
