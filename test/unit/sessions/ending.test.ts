import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isLive, type EndedSession, type LiveSession } from '../../../src/sessions/record.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const HOUR_MS = 3_600_000;
const locked = new Error('The keyring is locked');

interface Case {
  readonly world: SessionWorld;
  readonly one: Window;
  readonly two: Window;
  readonly a: LiveSession;
}

/** Two windows with the session `a`, which lasts an hour. */
async function withA(): Promise<Case> {
  const world = new SessionWorld();
  world.have('a', world.service.grant({ lifeMs: HOUR_MS }));
  const [one, two] = [await world.ready(), await world.ready()];
  return { world, one, two, a: one.store.liveSession('a') ?? assert.fail() };
}

/** The ended session `a` as the window knows it. */
function endedA({ store }: Window): EndedSession {
  const record = store.get('a');
  return record?.state === 'ended' ? record : assert.fail('it has not ended');
}

describe('ending a session', () => {
  it('keeps the person of an expired session, and its grant for now', async () => {
    const { world, one, a } = await withA();
    assert.equal(await world.clock.run(one.sessions.ending.end(a, 'expired')), true);
    const { grant, grantedAtMs, state, version, ...lasting } = a;
    const expected = {
      ...lasting,
      version: { ...version, amendment: 1 },
      state: 'ended',
      reason: 'expired',
      endedAtMs: world.clock.now(),
      expiresAtMs: grant.expiresAtMs,
      expired: { grant, grantedAtMs },
    };
    assert.deepEqual(one.store.get('a'), expected);
    assert.deepEqual(world.stored('a'), expected);
    assert.deepEqual(world.service.asked, [], 'its grant is not revoked yet');
    assert.deepEqual(one.log.lines, ['info A session with Test Identity has ended: expired.']);
  });

  it('drops all tokens of a rejected session', async () => {
    const { world, one, a } = await withA();
    assert.equal(await world.clock.run(one.sessions.ending.end(a, 'rejected')), true);
    assert.doesNotMatch(world.storage.textOf('a') ?? assert.fail(), /access|grant"/);
    assert.equal(endedA(one).reason, 'rejected');
    assert.equal(endedA(one).expiresAtMs, a.grant.expiresAtMs);
  });

  it('ends a rejected session again that another window brings back, and not one with a new token', async () => {
    const { world, one, two, a } = await withA();
    await world.clock.run(one.sessions.ending.end(a, 'rejected'));
    world.storage.put({ ...a, version: { signIn: 3, revision: 0, amendment: 0 } });
    await world.clock.settle();
    assert.equal(endedA(one).reason, 'rejected');
    assert.equal(endedA(two).reason, 'rejected');
    const grant = world.service.grant();
    world.storage.put({ ...a, grant, version: { signIn: 4, revision: 0, amendment: 0 } });
    await world.clock.settle();
    assert.deepEqual(await world.sessionsOf(one), [`a: ${grant.accessToken}`]);
  });

  it('hides a session again whose token was rejected when another window brings it back', async () => {
    const { world, one, two, a } = await withA();
    await world.clock.run(one.sessions.ending.hideUntilRenewed(a));
    world.storage.put({ ...a, version: { signIn: 3, revision: 0, amendment: 0 } });
    await world.clock.settle();
    for (const { store } of [one, two]) assert.equal(store.liveSession('a')?.accessTokenRejected, true);
  });

  it('does nothing when another window has changed the session in storage', async () => {
    const { world, one, two, a } = await withA();
    await world.clock.run(world.signIn(two, world.service.grant()));
    assert.equal(await world.clock.run(one.sessions.ending.end(a, 'expired')), false);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
  });

  it('ends it once, even when asked twice at the same time', async () => {
    const { world, one, a } = await withA();
    world.storage.readMs = 100;
    const both = [one.sessions.ending.end(a, 'expired'), one.sessions.ending.end(a, 'expired')];
    assert.deepEqual(await world.clock.run(Promise.all(both)), [true, false]);
    assert.deepEqual(world.changesOf(one), ['removed a']);
  });

  for (const failure of ['readFailure', 'writeFailure'] as const)
    it(`takes effect in memory despite a ${failure}, and is stored later`, async () => {
      const { world, one, a } = await withA();
      world.storage[failure] = locked;
      assert.equal(await world.clock.run(one.sessions.ending.end(a, 'rejected')), true);
      assert.deepEqual(world.changesOf(one), ['removed a']);
      if (failure === 'writeFailure')
        assert.match(
          one.log.lines.join('\n'),
          /The change of a session is not stored yet: StoreError \(cause: Error\)\./,
        );
      world.storage[failure] = undefined;
      await world.clock.advance(60_000);
      assert.deepEqual(world.stored('a'), one.store.get('a'));
    });
});

describe('hiding a session until it is renewed', () => {
  it('keeps the session and its grant, and marks the access token', async () => {
    const { world, one, two, a } = await withA();
    await world.clock.run(one.sessions.ending.hideUntilRenewed(a));
    const expected = { ...a, version: { ...a.version, amendment: 1 }, accessTokenRejected: true };
    for (const { store } of [one, two]) assert.deepEqual(store.get('a'), expected);
    assert.deepEqual(world.stored('a'), expected);
  });

  it('does nothing when another window has changed the session in storage', async () => {
    const { world, one, two, a } = await withA();
    await world.clock.run(world.signIn(two, world.service.grant()));
    await world.clock.run(one.sessions.ending.hideUntilRenewed(a));
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
  });

  it('leaves a session ended that another window has just ended', async () => {
    const { world, one, two, a } = await withA();
    await world.clock.run(two.sessions.ending.end(two.store.liveSession('a') ?? assert.fail(), 'rejected'));
    await world.clock.run(one.sessions.ending.hideUntilRenewed(a));
    await world.quiet();
    for (const window of [one, two]) assert.equal(endedA(window).reason, 'rejected');
  });
});

describe('a session that expired because of a wrong clock', () => {
  it('is live again, unchanged, when the clock is set right', async () => {
    const { world, one, two, a } = await withA();
    world.clock.jump(8 * HOUR_MS);
    assert.deepEqual(await world.sessionsOf(one), []);
    world.clock.jump(-8 * HOUR_MS);
    await world.clock.run(one.sessions.ending.resumeAfterWrongClock(endedA(one)));
    const expected = { ...a, version: { ...a.version, amendment: 2 } };
    for (const { store } of [one, two]) assert.deepEqual(store.get('a'), expected);
    assert.deepEqual(world.stored('a'), expected);
    assert.match(one.log.lines.join('\n'), /has not ended after all: the clock was wrong/);
  });

  it('stays ended while it is over', async () => {
    const { world, one } = await withA();
    world.clock.jump(8 * HOUR_MS);
    assert.deepEqual(await world.sessionsOf(one), []);
    await world.clock.run(one.sessions.ending.resumeAfterWrongClock(endedA(one)));
    assert.equal(endedA(one).reason, 'expired');
  });

  it('stays ended once its grant has been dropped', async () => {
    const { world, one, two } = await withA();
    world.clock.jump(8 * HOUR_MS);
    assert.deepEqual(await world.sessionsOf(one), []);
    await world.clock.run(one.sessions.ending.dropExpiredGrant(endedA(one)));
    assert.deepEqual(world.service.asked, ['revoke access 1']);
    assert.doesNotMatch(world.storage.textOf('a') ?? assert.fail(), /access/);
    world.clock.jump(-8 * HOUR_MS);
    for (const window of [one, two]) {
      assert.deepEqual(await world.sessionsOf(window), []);
      assert.equal(isLive(window.store.get('a')), false);
    }
  });

  it('has nothing to drop without a grant', async () => {
    const { world, one, a } = await withA();
    await world.clock.run(one.sessions.ending.end(a, 'rejected'));
    await world.clock.run(one.sessions.ending.dropExpiredGrant(endedA(one)));
    assert.deepEqual(world.service.asked, []);
    assert.equal(endedA(one).version.amendment, 1);
  });
});
