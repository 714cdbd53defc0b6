import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sessionKey } from '../../../src/sessions/accounts.ts';
import { recordOf } from '../support/record.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const HOUR_MS = 3_600_000;
const canceled = new Error('canceled');
const locked = new Error('The keyring is locked');

/** Two windows that know the session `a` with `access 1`. */
async function withA(): Promise<{ world: SessionWorld; one: Window; two: Window }> {
  const world = new SessionWorld();
  world.have('a', world.service.grant());
  return { world, one: await world.ready(), two: await world.ready() };
}

/** The usable sessions of each window. */
async function listed(world: SessionWorld): Promise<string[][]> {
  const all: string[][] = [];
  for (const window of world.windows) all.push(await world.sessionsOf(window));
  return all;
}

describe('sign-in: which session it continues', () => {
  it('the same account with the same scopes keeps its session id and its label', async () => {
    const { world, one } = await withA();
    const { person } = recordOf('a');
    const renamed = { ...person, accountLabel: 'Ann Other (bap-1)' };
    const keep = async (scopes: string[], accountId: string): Promise<string[]> => {
      const whose = { ...renamed, accountId };
      const kept = one.sessions.keep(
        { scopes, grant: world.service.grant(), person: whose },
        one.closed.signal,
      );
      const { id, person: keptPerson, scopes: keptScopes } = await world.clock.run(kept);
      assert.deepEqual(keptScopes, scopes, 'VS Code compares the scopes in their order');
      return [world.nameOf(id), keptPerson.accountLabel];
    };
    assert.deepEqual(await keep(['openid', 'profile'], 'bap-1'), ['a', 'Ann (bap-1)']);
    assert.deepEqual(await keep(['openid'], 'bap-1'), ['new 1', 'Ann (bap-1)']);
    assert.deepEqual(await keep(['openid', 'profile'], 'bap-2'), ['new 2', 'Ann Other (bap-1)']);
  });

  it('a session of another service with the same account and scopes is left alone', async () => {
    const world = new SessionWorld();
    world.have('other', world.service.grant(), { serviceId: 'adom' });
    const one = await world.ready();
    const { id } = await world.clock.run(world.signIn(one, world.service.grant()));
    assert.equal(world.nameOf(id), 'new 1');
    assert.equal(one.store.liveSession('other')?.grant.accessToken, 'access 1');
  });

  it('a window that has read nothing yet reads first', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const { id } = await world.clock.run(world.signIn(world.open(), world.service.grant()));
    assert.equal(id, 'a');
  });

  it('two sign-ins that complete at the same moment make one session, in one window and in two', async () => {
    const world = new SessionWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    [world.storage.readMs, world.storage.writeMs] = [20, 50];
    const signIns = [one, one, two].map((window) => world.signIn(window, world.service.grant()));
    const kept = await world.clock.run(Promise.all(signIns));
    await world.quiet();
    assert.equal(new Set(kept.map(({ id }) => id)).size, 1);
    assert.deepEqual(await listed(world), [['new 1: access 3'], ['new 1: access 3']]);
  });

  it('two windows finish the same sign-in while each write takes 25 s, and make one session', async () => {
    const world = new SessionWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.writeMs = 25_000;
    const signIns = [one, two].map((window) => world.signIn(window, world.service.grant()));
    const kept = await world.clock.run(Promise.all(signIns));
    await world.quiet();
    assert.equal(kept[0]?.id, kept[1]?.id);
    assert.equal(world.storedLive().length, 1);
    assert.deepEqual(await listed(world), [['new 1: access 2'], ['new 1: access 2']]);
    assert.deepEqual(world.service.asked, ['revoke access 1'], 'the first of the two grants is replaced');
  });

  it('two accounts do not wait for each other', async () => {
    const world = new SessionWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.writeMs = 5_000;
    const ann = world.signIn(one, world.service.grant());
    const bob = world.signIn(two, world.service.grant(), ['openid'], 'bap-2');
    await world.clock.run(Promise.all([ann, bob]));
    assert.equal(world.clock.ranMs, 5_000);
  });

  it('a session that another window has added is continued, even if this window does not know it yet', async () => {
    const world = new SessionWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.readMs = 700; // for the read that follows the event
    const first = await world.clock.run(world.signIn(one, world.service.grant()));
    assert.deepEqual(two.sessions.records.configured(), [], 'it has not heard yet');
    world.storage.readMs = 5;
    const second = await world.clock.run(world.signIn(two, world.service.grant()));
    await world.quiet();
    assert.equal(second.id, first.id);
    assert.deepEqual(await listed(world), [['new 1: access 2'], ['new 1: access 2']]);
  });
});

describe('the token that a sign-in replaces', () => {
  it('is revoked, without waiting for the service', async () => {
    const { world, one } = await withA();
    world.service.takes.revoke = HOUR_MS;
    await world.clock.run(world.signIn(one, world.service.grant()));
    assert.equal(world.clock.ranMs, 0);
    assert.deepEqual(world.service.asked, ['revoke access 1']);
    assert.deepEqual([world.service.accepts('access 1'), world.service.accepts('access 2')], [false, true]);
  });

  it('is not revoked when it is the same token', async () => {
    const { world, one } = await withA();
    const [before] = one.sessions.records.configured();
    assert.ok(before);
    await world.clock.run(world.signIn(one, before.grant));
    assert.deepEqual(world.service.asked, []);
  });

  it('is revoked even when the new sign-in is in memory only, and the other window learns about it later', async () => {
    const { world, one } = await withA();
    world.storage.writeFailure = locked;
    await world.clock.run(world.signIn(one, world.service.grant()));
    assert.deepEqual(world.service.asked, ['revoke access 1']);
    assert.deepEqual(await listed(world), [['a: access 2'], ['a: access 1']]);
    world.storage.writeFailure = undefined;
    await world.clock.advance(60_000);
    assert.deepEqual(await listed(world), [['a: access 2'], ['a: access 2']]);
  });

  it('is not revoked by a sign-in for other scopes, or as another account', async () => {
    const { world, one } = await withA();
    await world.clock.run(world.signIn(one, world.service.grant(), ['email']));
    await world.clock.run(world.signIn(one, world.service.grant(), undefined, 'bap-2'));
    assert.deepEqual(world.service.asked, []);
  });

  it('is revoked in its renewed form, even when this window does not know about the renewal yet', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: 60_000, refreshable: true }));
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.readMs = 700; // for the read that follows the event
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
    assert.equal(two.store.liveSession('a')?.grant.accessToken, 'access 1', 'it has not heard yet');
    world.storage.readMs = 5;
    await world.clock.run(world.signIn(two, world.service.grant()));
    assert.deepEqual(world.service.asked, ['renew refresh 1', 'revoke access 2']);
  });
});

describe('sign-in: the user cancels', () => {
  /** Signs in, and cancels after this many milliseconds. Returns when the sign-in has ended. */
  async function cancelAfter(ms: number, world: SessionWorld, window: Window): Promise<number> {
    const begunMs = world.clock.ranMs;
    const cancel = new AbortController();
    world.clock.at(begunMs + ms, () => {
      cancel.abort(canceled);
    });
    const keeping = world.signIn(window, world.service.grant(), undefined, undefined, cancel.signal);
    await assert.rejects(world.clock.run(keeping), (error) => error === canceled);
    return world.clock.ranMs - begunMs;
  }

  it('while another window holds the lock: the sign-in ends at once', async () => {
    const { world, one, two } = await withA();
    const never = new Promise<never>(() => undefined);
    const lock = `grant ${sessionKey(recordOf('a'))}`;
    void two.locks.withLock(lock, two.closed.signal, () => never);
    await world.clock.settle();
    assert.equal(await cancelAfter(3_000, world, one), 3_000);
    await world.quiet();
    assert.deepEqual(await listed(world), [['a: access 1'], ['a: access 1']]);
  });

  for (const ms of [0, 5_000, 19_999])
    it(`${ms} ms after the write began: nothing is left of a first sign-in in any window`, async () => {
      const world = new SessionWorld();
      const [one, two] = [await world.ready(), await world.ready()];
      world.storage.writeMs = 20_000;
      assert.equal(await cancelAfter(ms, world, one), ms);
      assert.deepEqual(await listed(world), [[], []]);
      await world.clock.advance(120_000);
      assert.deepEqual(await listed(world), [[], []]);
      assert.deepEqual(world.storedLive(), []);
      assert.deepEqual(world.changesOf(one), []);
      assert.deepEqual(two.sessions.records.configured(), []);
    });

  for (const ms of [0, 5_000, 19_999])
    it(`${ms} ms after the write began: the earlier session stays, and is not revoked`, async () => {
      const { world, one } = await withA();
      world.storage.writeMs = 20_000;
      assert.equal(await cancelAfter(ms, world, one), ms);
      await world.clock.advance(120_000);
      assert.deepEqual(await listed(world), [['a: access 1'], ['a: access 1']]);
      assert.deepEqual(world.storedLive(), one.sessions.records.configured());
      assert.deepEqual(world.service.asked, []);
      assert.equal(world.service.accepts('access 1'), true);
      assert.deepEqual(world.changesOf(one), []);
    });

  it('the next sign-in works, in this window and in the other one', async () => {
    for (const next of ['one', 'two'] as const) {
      const { world, one, two } = await withA();
      world.storage.writeMs = 20_000;
      await cancelAfter(5_000, world, one);
      await world.clock.run(world.signIn({ one, two }[next], world.service.grant()));
      await world.clock.advance(120_000);
      assert.deepEqual(await listed(world), [['a: access 3'], ['a: access 3']]);
    }
  });
});
