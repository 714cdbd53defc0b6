import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { play, type Scenario } from '../support/sessionScenario.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const ROTATES = [0, 'service', 'rotates'] as const;
const SLOW = { verify: 500, read: 20, write: 50 };

/** The service returns a new access token with its answer, and no longer accepts the old one. */
const SCENARIOS: Scenario[] = [
  {
    name: 'the new token is kept in all windows, under the id of the session, and the old one is not revoked',
    steps: [ROTATES, [0, 'one', 'verifies']],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['verify access 1'],
  },
  {
    name: 'a refresh token stays with the session',
    a: { lifeMs: 3_600_000, refreshable: true },
    steps: [ROTATES, [0, 'one', 'verifies'], [3_600_000, 'one', 'gets sessions']],
    sessions: ['a: access 3'],
    changes: ['changed a', 'changed a'],
    asked: ['verify access 1', 'renew refresh 1'],
  },
  {
    name: 'a window that verifies at the same moment waits, and asks with the new token',
    takes: { ...SLOW, write: 3_000 },
    steps: [ROTATES, [0, 'one', 'verifies'], [10, 'two', 'verifies']],
    sessions: ['a: access 3'],
    changes: ['changed a', 'changed a'],
    asked: ['verify access 1', 'verify access 2'],
  },
  {
    name: 'two extensions that ask in one window at the same moment cause one request',
    takes: SLOW,
    steps: [ROTATES, [0, 'one', 'verifies'], [10, 'one', 'verifies']],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['verify access 1'],
  },
  {
    name: 'a new token that is rejected ends the session, like any rejection',
    takes: SLOW,
    steps: [
      ROTATES,
      [0, 'one', 'verifies'],
      [5_000, 'service', { rejects: ['access 2'] }],
      [5_000, 'two', 'verifies'],
    ],
    sessions: [],
    changes: ['changed a', 'removed a'],
    asked: ['verify access 1', 'verify access 2'],
    notices: ['rejected a'],
  },
  ...(['one', 'two'] as const).map((who) => ({
    name: `a sign-out in window ${who} meanwhile wins, and the new token is revoked`,
    takes: { ...SLOW, verify: 2_000 },
    steps: [ROTATES, [0, 'one', 'verifies'], [1_000, who, 'signs out']] satisfies Scenario['steps'],
    sessions: [],
    changes: ['removed a'],
    asked: ['verify access 1', 'revoke access 1', 'revoke access 2'],
  })),
  {
    name: 'a sign-out that is not stored yet when the answer comes wins, and the new token is revoked',
    takes: { verify: 400, read: 700 },
    steps: [ROTATES, [0, 'one', 'verifies'], [1_000, 'two', 'signs out']],
    sessions: [],
    changes: { one: ['changed a', 'removed a'], two: ['removed a'] },
    asked: ['verify access 1', 'revoke access 1', 'revoke access 2'],
  },
  {
    name: 'a new sign-in does not wait for the answer, and the new token is revoked',
    takes: { ...SLOW, verify: 2_000 },
    steps: [ROTATES, [0, 'one', 'verifies'], [1_000, 'two', 'signs in']],
    sessions: ['a: access 3'],
    changes: ['changed a'],
    asked: ['verify access 1', 'revoke access 1', 'revoke access 2'],
  },
  {
    name: 'a new sign-in that this window has not heard of wins, and the new token is revoked',
    takes: { verify: 1_000, read: 700 },
    steps: [ROTATES, [0, 'one', 'verifies'], [200, 'two', 'signs in']],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['verify access 1', 'revoke access 1', 'revoke access 3'],
  },
  {
    name: 'another program puts the old text back: the new token is stored again',
    takes: SLOW,
    steps: [
      ROTATES,
      [0, 'one', 'verifies'],
      [540, 'storage', 'gets the first text back'],
      [3_000, 'storage', 'gets the first text back'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['verify access 1'],
  },
];

describe('verification: the service gives a new access token', () => {
  for (const scenario of SCENARIOS) it(scenario.name, () => play(scenario));

  const rotating = async () => {
    const world = new SessionWorld();
    const grant = world.service.grant({ lifeMs: 90 * 86_400_000 });
    world.have('a', grant);
    const [one, two] = [await world.ready(), await world.ready()];
    world.service.rotates = true;
    world.service.takes.verify = 2_000;
    return { world, grant, one, two };
  };

  it('a window that does not know a new token reads storage before it asks', async () => {
    const { world, one } = await rotating();
    world.have('a', world.service.grant(), { version: { signIn: 1, revision: 1, amendment: 0 } });
    await world.clock.run(one.sessions.verification.verify('a', one.closed.signal));
    assert.deepEqual(world.service.asked, ['verify access 2']);
  });

  it('the new token counts as a renewal, so that an end of the old one does not win over it', async () => {
    const { world, one } = await rotating();
    await world.clock.run(one.sessions.verification.verify('a', one.closed.signal));
    assert.deepEqual(one.store.liveSession('a')?.version, { signIn: 1, revision: 1, amendment: 0 });
  });

  it('the expiry of the session stays the same', async () => {
    const { world, grant, one } = await rotating();
    await world.clock.run(one.sessions.verification.verify('a', one.closed.signal));
    assert.deepEqual(one.store.liveSession('a')?.grant, { ...grant, accessToken: 'access 2' });
  });

  it('a caller that stops waiting loses no token', async () => {
    const { world, one, two } = await rotating();
    const stop = new AbortController();
    const verifying = one.sessions.verification.verify('a', stop.signal);
    const reason = new Error('enough');
    world.clock.at(1_000, () => {
      stop.abort(reason);
    });
    await assert.rejects(world.clock.run(verifying), (error) => error === reason);
    await world.quiet();
    assert.deepEqual(await world.sessionsOf(two), ['a: access 2']);
  });

  it('a session that a wrong clock ends meanwhile continues with the new token when the clock is right', async () => {
    const { world, one, two } = await rotating();
    const verifying = one.sessions.verification.verify('a', one.closed.signal);
    await world.clock.advance(1_000);
    world.clock.jump(91 * 86_400_000);
    assert.deepEqual(await world.sessionsOf(one), []);
    await world.clock.run(verifying);
    assert.deepEqual(await world.sessionsOf(one), []);
    world.clock.jump(-91 * 86_400_000);
    await world.quiet();
    for (const window of [one, two]) assert.deepEqual(await world.sessionsOf(window), ['a: access 2']);
    assert.deepEqual(world.service.asked, ['verify access 1']);
  });

  it('a new sign-in that a wrong clock ends meanwhile wins, and the new token is revoked', async () => {
    const { world, one } = await rotating();
    const verifying = one.sessions.verification.verify('a', one.closed.signal);
    await world.clock.advance(500);
    await world.clock.run(world.signIn(one, world.service.grant({ lifeMs: 86_400_000 })));
    world.clock.jump(2 * 86_400_000);
    assert.deepEqual(await world.sessionsOf(one), []);
    await world.clock.run(verifying);
    await world.quiet();
    assert.ok(world.service.asked.includes('revoke access 2'));
    world.clock.jump(-2 * 86_400_000);
    await world.quiet();
    assert.deepEqual(await world.sessionsOf(one), ['a: access 3']);
  });

  it('a window that closes waits for the answer and stores it', async () => {
    const { world, one, two } = await rotating();
    one.sessions.verification.verify('a', one.closed.signal).catch(() => undefined);
    await world.clock.advance(1_000);
    await world.close(one);
    assert.equal(world.clock.ranMs, 2_000);
    await world.quiet();
    assert.deepEqual(await world.sessionsOf(two), ['a: access 2']);
  });

  it('a window that closes while another one asks no longer asks', async () => {
    const { world, one, two } = await rotating();
    one.sessions.verification.verify('a', one.closed.signal).catch(() => undefined);
    await world.clock.advance(100);
    two.sessions.verification.verify('a', two.closed.signal).catch(() => undefined);
    await world.clock.advance(100);
    await world.close(two);
    await world.quiet();
    assert.deepEqual(world.service.asked, ['verify access 1']);
  });

  it('a rejection is left to the next window when this one closes, so that the user is told', async () => {
    const { world, one, two } = await rotating();
    world.service.reject('access 1');
    one.sessions.verification.verify('a', one.closed.signal).catch(() => undefined);
    await world.clock.advance(1_000);
    await world.close(one);
    await world.clock.run(two.sessions.verification.verify('a', two.closed.signal));
    assert.deepEqual([one.notices, two.notices], [[], ['rejected a']]);
  });

  it('a sign-in that is canceled while the new token arrives does not restore the old one', async () => {
    const { world, one, two } = await rotating();
    world.storage.writeMs = 1_000;
    const verifying = one.sessions.verification.verify('a', one.closed.signal);
    await world.clock.advance(1_500);
    const cancel = new AbortController();
    const signingIn = world.signIn(one, world.service.grant(), undefined, undefined, cancel.signal);
    await world.clock.advance(800); // the new token came after 2 s, and the sign-in is being stored until 2.5 s
    cancel.abort(new Error('canceled'));
    await assert.rejects(signingIn);
    assert.equal(await world.clock.run(verifying), true);
    await world.quiet();
    for (const window of [one, two]) assert.deepEqual(await world.sessionsOf(window), ['a: access 2']);
  });

  it('a new token that cannot be stored is used here, and the other window waits for it', async () => {
    const { world, one, two } = await rotating();
    world.storage.writeFailure = new Error('locked');
    const verifyIn = ({ sessions, closed }: typeof one): Promise<boolean> =>
      sessions.verification.verify('a', closed.signal);
    assert.equal(await world.clock.run(verifyIn(one)), true);
    assert.equal(one.store.liveSession('a')?.grant.accessToken, 'access 2');
    const other = verifyIn(two);
    await world.clock.advance(10_000);
    assert.deepEqual(world.service.asked, ['verify access 1']);
    world.storage.writeFailure = undefined;
    assert.equal(await world.clock.run(other), true);
    assert.deepEqual(world.service.asked, ['verify access 1', 'verify access 2']);
  });
});
