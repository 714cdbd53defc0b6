import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NEVER } from '../../../src/base/timeLimit.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface Old {
  readonly lifeMs?: number;
  readonly refreshable?: boolean;
  readonly ageMs?: number;
}

/** Two windows that know the session `a`. By default it is two days old, and lasts five more. */
async function worldWith({ lifeMs = 5 * DAY_MS, refreshable = false, ageMs = 2 * DAY_MS }: Old = {}) {
  const world = new SessionWorld();
  const atMs = world.clock.now() - ageMs;
  world.have('a', world.service.grant({ lifeMs, refreshable }), { signedInAtMs: atMs, grantedAtMs: atMs });
  const [one, two] = [await world.ready(), await world.ready()];
  /** The user comes back to the window. Returns the requests that this causes. */
  const back = async (window: Window): Promise<string[]> => {
    const before = world.service.asked.length;
    await world.comeBackTo(window);
    return world.service.asked.slice(before);
  };
  return { world, one, two, back };
}

const endOf = ({ store }: Window): number | undefined => store.liveSession('a')?.grant.expiresAtMs;

describe('session upkeep: extension when the user comes back', () => {
  it('the new expiry is kept in all windows, with the same id and token, without a message', async () => {
    const { world, one, two, back } = await worldWith();
    assert.deepEqual(await back(one), ['extend access 1']);
    await world.quiet();
    for (const window of [one, two]) {
      assert.equal(endOf(window), world.clock.now() - 100 + world.service.extendedMs);
      assert.deepEqual(await world.sessionsOf(window), ['a: access 1']);
      assert.deepEqual(world.changesOf(window), ['changed a']);
    }
    assert.deepEqual(world.stored('a'), one.store.liveSession('a'));
    assert.deepEqual(world.notices(), []);
  });

  it('nobody who verifies the session has to wait for it', async () => {
    const { world, one, back } = await worldWith();
    world.service.takes.extend = 120_000;
    await back(one);
    const before = world.clock.now();
    assert.equal(await world.clock.run(one.sessions.verification.verify('a', NEVER)), true);
    assert.ok(world.clock.now() - before < 1_000);
    assert.deepEqual(world.service.asked, ['extend access 1', 'verify access 1']);
    await world.quiet();
  });

  it('a session is extended once a day, in one window', async () => {
    const { world, one, two, back } = await worldWith();
    world.service.takes.extend = 1_000;
    const extended = async (): Promise<string[]> => {
      const asked = [...(await back(one)), ...(await back(two))];
      await world.quiet();
      return asked.filter((each) => each.startsWith('extend'));
    };
    for (let day = 0; day < 9; day++) {
      assert.deepEqual(await extended(), ['extend access 1']);
      world.clock.jump(DAY_MS - HOUR_MS);
      assert.deepEqual(await extended(), []);
      world.clock.jump(HOUR_MS);
    }
    assert.deepEqual(await world.sessionsOf(two), ['a: access 1'], 'it has gone on past its first end');
  });

  it('the service is asked again the next day if it does not answer', async () => {
    const { world, one, back } = await worldWith();
    world.service.offline = true;
    const before = endOf(one);
    assert.deepEqual(await back(one), ['extend access 1']);
    assert.equal(endOf(one), before);
    world.service.offline = false;
    assert.deepEqual(await back(one), ['verify access 1'], 'whether it works is asked as before');
    world.clock.jump(DAY_MS);
    assert.deepEqual(await back(one), ['extend access 1']);
    assert.deepEqual(world.notices(), []);
  });

  for (const [name, old] of [
    ['younger than a day', { ageMs: DAY_MS - 1 }],
    ['with a refresh token', { refreshable: true }],
  ] satisfies [string, Old][])
    it(`a session ${name} is not extended`, async () => {
      const { one, back } = await worldWith(old);
      assert.deepEqual(await back(one), ['verify access 1']);
    });

  it('every session is extended', async () => {
    const { world, one, back } = await worldWith();
    const atMs = world.clock.now() - 2 * DAY_MS;
    const b = { signedInAtMs: atMs, grantedAtMs: atMs, scopes: ['b'] };
    world.have('b', world.service.grant({ lifeMs: 5 * DAY_MS }), b);
    assert.deepEqual(await back(one), ['extend access 1', 'extend access 2']);
  });

  it('a session is verified if its service cannot extend it', async () => {
    const { world, one, back } = await worldWith();
    Object.assign(world.service, { extend: undefined });
    assert.deepEqual(await back(one), ['verify access 1']);
  });

  it('the user is also told about the later end when it comes', async () => {
    const { world, one } = await worldWith({ lifeMs: 4 * MINUTE_MS });
    one.focused = true;
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(world.notices(), ['ends soon a']);
    await world.comeBackTo(one);
    world.clock.jump(world.service.extendedMs - 4 * MINUTE_MS);
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(world.notices(), ['ends soon a', 'ends soon a']);
  });

  it('a request that waits when the window closes is logged', async () => {
    const { world, one, two, back } = await worldWith();
    const held = two.locks.withLock('extending a', NEVER, () => world.clock.sleep(1_000, NEVER));
    await world.clock.advance(1);
    assert.deepEqual(await back(one), []);
    await world.close(one);
    await world.clock.run(held);
    assert.deepEqual(one.log.lines, ['warn A session could not be extended: Error.']);
  });

  it('a session that is over is not extended', async () => {
    const { world, one, back } = await worldWith({ lifeMs: MINUTE_MS });
    assert.deepEqual(await back(one), []);
    assert.deepEqual(await world.sessionsOf(one), []);
  });

  it('a silent getSession does not use the network', async () => {
    const { world, one } = await worldWith({ lifeMs: 2 * MINUTE_MS });
    assert.deepEqual(await world.sessionsOf(one), ['a: access 1']);
    assert.deepEqual(world.service.asked, []);
  });

  it('a session without a known expiry gets one', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant(), { grantedAtMs: world.clock.now() - DAY_MS });
    const one = await world.ready();
    await world.comeBackTo(one);
    assert.equal(endOf(one), world.clock.now() + world.service.extendedMs);
  });

  it('a session is extended if it cannot be renewed because the client is refused', async () => {
    const { world, one, back } = await worldWith({ lifeMs: 4 * MINUTE_MS, refreshable: true });
    world.service.refusesClient = true;
    await back(one);
    await world.clock.advance(100); // the verification waits for the renewal
    assert.deepEqual(world.service.asked, ['renew refresh 1', 'verify access 1']);
    assert.deepEqual(await back(one), ['extend access 1']);
    assert.equal(endOf(one), world.clock.now() + world.service.extendedMs);
    assert.equal(one.store.liveSession('a')?.grant.refreshToken, 'refresh 1');
  });

  it('a session that ends soon is extended before the user is told', async () => {
    const { world, one } = await worldWith({ lifeMs: 4 * MINUTE_MS });
    world.service.takes.extend = 40_000; // a check is due during the request
    await world.comeBackTo(one);
    await world.clock.advance(2 * MINUTE_MS);
    assert.deepEqual(world.notices(), []);
    assert.equal(one.sessions.records.configured().length, 1);
  });

  it('the user is told about a session that ends soon and cannot be extended', async () => {
    const { world, one, back } = await worldWith({ lifeMs: 4 * MINUTE_MS });
    world.service.offline = true;
    assert.deepEqual(await back(one), ['extend access 1']);
    await world.clock.advance(30_000);
    assert.deepEqual(world.notices(), ['ends soon a']);
  });

  it('a session that the service does not know ends in all windows, and the user is told once', async () => {
    const { world, one, two, back } = await worldWith();
    world.service.reject('access 1');
    assert.deepEqual(await back(one), ['extend access 1']);
    await world.quiet();
    await back(two);
    assert.deepEqual([one.sessions.records.configured(), two.sessions.records.configured()], [[], []]);
    assert.deepEqual(world.notices(), ['rejected a']);
    assert.equal(one.sessions.records.ended()[0]?.reason, 'rejected');
  });

  it('an answer after a sign-out revives nothing', async () => {
    for (const who of ['one', 'two'] as const) {
      const { world, one, two, back } = await worldWith();
      [world.service.takes.extend, world.storage.readMs] = [2_000, 20];
      await back(one);
      await world.clock.advance(1_990);
      await world.clock.run({ one, two }[who].sessions.signOut('a'));
      await world.quiet();
      assert.deepEqual([one.sessions.records.configured(), two.sessions.records.configured()], [[], []], who);
      assert.deepEqual(world.storedLive(), []);
      assert.deepEqual(world.service.asked, ['extend access 1', 'revoke access 1']);
    }
  });

  it('an answer after a new sign-in does not change it', async () => {
    const { world, one, two, back } = await worldWith();
    world.service.takes.extend = 2_000;
    await back(one);
    await world.clock.advance(1_000);
    await world.clock.run(world.signIn(two, world.service.grant({ lifeMs: HOUR_MS })));
    await world.quiet();
    for (const window of [one, two]) assert.deepEqual(await world.sessionsOf(window), ['a: access 2']);
    assert.ok((endOf(one) ?? Infinity) <= world.clock.now() + HOUR_MS);
  });

  it('the later expiry wins over an end that the other window stores at the same moment', async () => {
    const { world, one, two, back } = await worldWith({ lifeMs: 61_000 });
    [world.service.takes.extend, world.storage.writeMs] = [2_000, 500];
    await back(one);
    await world.clock.advance(1_800);
    assert.deepEqual(await world.sessionsOf(two), [], 'it is over');
    await world.quiet();
    for (const window of [one, two]) assert.deepEqual(await world.sessionsOf(window), ['a: access 1']);
    assert.deepEqual(world.notices(), []);
  });

  it('a new expiry that cannot be stored at once is used here, and stored later', async () => {
    const { world, one, two, back } = await worldWith();
    world.storage.writeFailure = new Error('locked');
    await back(one);
    const end = endOf(one);
    assert.equal(end, world.clock.now() + world.service.extendedMs);
    world.storage.writeFailure = undefined;
    await world.clock.advance(MINUTE_MS);
    assert.equal(endOf(two), end);
  });

  it('a window that closes stores the answer', async () => {
    const { world, one, two, back } = await worldWith();
    world.service.takes.extend = 2_000;
    await back(one);
    await world.close(one);
    await world.quiet();
    assert.ok((endOf(two) ?? 0) > world.clock.now() + 6 * DAY_MS);
  });
});
