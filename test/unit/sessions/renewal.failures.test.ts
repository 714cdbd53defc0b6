import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const locked = new Error('The keyring is locked');

/** Two windows with the session `a`, which is over and can be renewed. */
async function windows(): Promise<{ world: SessionWorld; one: Window; two: Window }> {
  const world = new SessionWorld();
  world.have('a', world.service.grant({ lifeMs: MINUTE_MS, refreshable: true }));
  return { world, one: await world.ready(), two: await world.ready() };
}

describe('renewal: the storage fails', () => {
  for (const failure of ['fails', 'does not end'] as const)
    it(`a write ${failure}: the new token is used from memory, and stored later`, async () => {
      const { world, one, two } = await windows();
      world.service.takes.renew = 1_000;
      const listing = one.sessions.settle();
      await world.clock.advance(500);
      if (failure === 'fails') world.storage.writeFailure = locked;
      else world.storage.writeMs = 15 * MINUTE_MS;
      await world.clock.run(listing);
      assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
      // For ten minutes nothing can be stored. Window one uses its token, and sends no other request.
      for (let count = 0; count < 60; count++) {
        assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
        await world.clock.advance(10_000);
      }
      assert.deepEqual(world.service.asked, ['renew refresh 1']);
      world.storage.writeFailure = undefined;
      await world.clock.advance(6 * MINUTE_MS);
      assert.deepEqual(world.storedLive(), one.sessions.records.configured());
      assert.deepEqual(await world.sessionsOf(two), ['a: access 2']);
      assert.deepEqual(world.service.asked, ['renew refresh 1']);
      assert.equal(world.service.accepts('access 2'), true);
    });

  it('the other window sends no used refresh token while the new one is not stored', async () => {
    const { world, one, two } = await windows();
    world.storage.writeFailure = locked;
    await world.sessionsOf(one);
    for (let count = 0; count < 20; count++) {
      assert.deepEqual(await world.sessionsOf(two), []);
      await world.clock.advance(1_000);
    }
    world.storage.writeFailure = undefined;
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(await world.sessionsOf(two), ['a: access 2']);
    assert.deepEqual([world.service.asked, world.service.reused], [['renew refresh 1'], []]);
  });

  it('many calls at the same time send one request in ten seconds', async () => {
    const { world, one } = await windows();
    world.service.lifeMs = 0;
    world.storage.writeFailure = locked;
    for (let count = 0; count < 20; count++) {
      void one.sessions.settle();
      await world.clock.advance(50);
    }
    await world.clock.advance(8_000);
    assert.deepEqual(world.service.asked, ['renew refresh 1']);
  });

  it('nothing is sent while the storage cannot be read, because a refresh token works once', async () => {
    const { world, one } = await windows();
    world.storage.readFailure = locked;
    assert.deepEqual(await world.sessionsOf(one), []);
    assert.deepEqual(world.service.asked, []);
    world.storage.readFailure = undefined;
    await world.clock.advance(29_000);
    assert.deepEqual(await world.sessionsOf(one), [], 'it waits 30 seconds after a failure');
    await world.clock.advance(1_000);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
    assert.match(
      one.log.lines.join('\n'),
      /A session with Test Identity could not be renewed: StoreError \(cause: Error\)\./,
    );
  });

  it('a storage that cannot be read when the answer comes does not cost the token', async () => {
    const { world, one } = await windows();
    world.service.takes.renew = 2_000;
    const listing = one.sessions.settle();
    await world.clock.advance(1_000);
    world.storage.readFailure = locked;
    await world.clock.run(listing);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
    world.storage.readFailure = undefined;
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(world.storedLive(), one.sessions.records.configured());
  });

  it('a slow storage does not make another window send the refresh token again', async () => {
    for (const [readMs, writeMs] of [
      [0, 40_000],
      [16_000, 16_000],
    ] as const) {
      const { world, one, two } = await windows();
      Object.assign(world.storage, { readMs, writeMs });
      world.service.takes.renew = 1_000;
      const first = one.sessions.settle();
      await world.clock.advance(32_000);
      await world.clock.run(Promise.all([first, two.sessions.settle()]));
      await world.quiet();
      assert.deepEqual(world.service.asked, ['renew refresh 1']);
      assert.deepEqual(await world.sessionsOf(two), ['a: access 2']);
    }
  });
});

describe('renewal: the service fails', () => {
  it('an unexpected error is logged by its name, and ends no session', async () => {
    const { world, one } = await windows();
    const renew = world.service.renew.bind(world.service);
    let requests = 0;
    world.service.renew = () => {
      requests++;
      return Promise.reject(new TypeError('access 1 is not a function'));
    };
    for (let second = 0; second < 29; second++) {
      assert.deepEqual(await world.sessionsOf(one), []);
      await world.clock.advance(1_000);
    }
    assert.equal(requests, 1, 'one attempt in 30 seconds');
    assert.deepEqual(one.log.lines, ['warn A session with Test Identity could not be renewed: TypeError.']);
    world.service.renew = renew;
    await world.clock.advance(1_000);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
  });

  it('no token or name is logged', async () => {
    const { world, one } = await windows();
    world.service.offline = true;
    await world.sessionsOf(one);
    world.service.offline = false;
    await world.clock.advance(30_000);
    await world.sessionsOf(one);
    assert.deepEqual(one.log.lines, [
      'warn Test Identity could not be asked for a new token. Trying again later.',
      'info Renewed a session with Test Identity.',
    ]);
  });
});

describe('renewal: the window closes', () => {
  it('finish waits until the answer is stored, and the next window uses the new token', async () => {
    const { world, one, two } = await windows();
    await world.close(two);
    [world.service.takes.renew, world.storage.writeMs] = [2_000, 1_000];
    void one.sessions.settle();
    await world.clock.advance(150);
    const begunMs = world.clock.ranMs;
    await world.close(one);
    assert.equal(world.clock.ranMs - begunMs, 2_850, 'two seconds for the answer, one for the storage');
    const next = await world.ready();
    assert.deepEqual(await world.sessionsOf(next), ['a: access 2']);
    assert.deepEqual([world.service.asked, world.service.reused], [['renew refresh 1'], []]);
  });

  it('a renewal that waits for its lock does not begin', async () => {
    const { world, one, two } = await windows();
    world.service.takes.renew = 3_000;
    const first = one.sessions.settle();
    void two.sessions.settle();
    await world.clock.advance(1_000);
    await world.close(two);
    assert.equal(world.clock.ranMs, 1_000, 'finish does not wait');
    await world.clock.run(first);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
    assert.deepEqual(world.service.asked, ['renew refresh 1']);
  });

  it('finish makes one more attempt when a new token could not be stored', async () => {
    const { world, one, two } = await windows();
    await world.close(two);
    world.storage.writeFailure = locked;
    await world.sessionsOf(one);
    world.storage.writeFailure = undefined;
    await world.close(one);
    assert.deepEqual(await world.sessionsOf(await world.ready()), ['a: access 2']);
    assert.deepEqual(world.service.reused, []);
  });

  it('a sign-out while the renewal waits is not a failure', async () => {
    const { world, one, two } = await windows();
    world.service.takes.renew = 3_000;
    const first = one.sessions.settle();
    await world.clock.advance(1);
    const second = two.sessions.settle();
    await world.clock.run(two.sessions.signOut('a'));
    await world.clock.run(Promise.all([first, second]));
    await world.quiet();
    assert.deepEqual(
      two.log.lines.filter((line) => line.startsWith('warn')),
      [],
    );
  });

  it('a refresh token that is rejected after a sign-out is not a failure', async () => {
    const { world, one } = await windows();
    world.service.takes.renew = 1_000;
    world.service.reject('refresh 1');
    const asking = one.sessions.settle();
    await world.clock.advance(1);
    await world.clock.run(one.sessions.signOut('a'));
    await world.clock.run(asking);
    await world.quiet();
    assert.ok(one.log.lines.includes('info Test Identity no longer renews this session.'));
    assert.deepEqual(
      one.log.lines.filter((line) => line.startsWith('warn')),
      [],
    );
  });

  it('finish has nothing to wait for when no renewal runs', async () => {
    const { world, one } = await windows();
    const begunMs = world.clock.ranMs;
    await world.close(one);
    assert.equal(world.clock.ranMs, begunMs);
  });
});
