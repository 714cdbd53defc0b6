import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { recordOf } from '../support/record.ts';
import { anHourOf, CHECK_EVERY_MS, watched } from '../support/watchedWindows.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const BOB = { person: { ...recordOf('any').person, accountId: 'bap-2' } };

describe('session notices: ends', () => {
  it('one window tells the user once five minutes before the end, and once at the end', async () => {
    const { one, two, toldAfter } = await watched(anHourOf('a'));
    two.focused = true; // as two windows can be, in a browser
    assert.deepEqual(await toldAfter(55 * MINUTE_MS - 1_000), []);
    assert.deepEqual(await toldAfter(1_000 + CHECK_EVERY_MS), ['ends soon a']);
    assert.deepEqual(await toldAfter(4 * MINUTE_MS - CHECK_EVERY_MS - 1), []);
    assert.deepEqual(await toldAfter(1 + CHECK_EVERY_MS), ['ended a']);
    assert.deepEqual(await toldAfter(DAY_MS), []);
    assert.deepEqual([one.sessions.records.configured(), two.sessions.records.configured()], [[], []]);
  });

  it('the user is told once for each account, however many of its sessions end', async () => {
    const { toldAfter } = await watched((world) => {
      anHourOf('a', 'b', 'c')(world);
      world.have('d', world.service.grant({ lifeMs: HOUR_MS }), BOB);
    });
    assert.deepEqual(await toldAfter(55 * MINUTE_MS + CHECK_EVERY_MS), ['ends soon a', 'ends soon d']);
    assert.deepEqual(await toldAfter(5 * MINUTE_MS), ['ended a', 'ended d']);
    assert.deepEqual(await toldAfter(DAY_MS), []);
  });

  it('a window holds its message back until the user looks at it', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    one.focused = false;
    assert.deepEqual(await toldAfter(2 * HOUR_MS), []);
    two.focused = true;
    await world.comeBackTo(two);
    assert.deepEqual(await toldAfter(0), ['ended a']);
    assert.deepEqual(await toldAfter(HOUR_MS), []);
  });

  it('the user is only told about the end after a night in which the laptop slept', async () => {
    const { world, toldAfter } = await watched(anHourOf('a'));
    world.clock.jump(9 * HOUR_MS);
    assert.deepEqual(await toldAfter(CHECK_EVERY_MS), ['ended a']);
    assert.deepEqual(await toldAfter(DAY_MS), []);
  });

  it('a session that has lasted for months ends like any other, and a sign-in continues it', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      const signedInAtMs = it.clock.now() - 90 * DAY_MS;
      it.have('a', it.service.grant({ lifeMs: HOUR_MS }), { signedInAtMs });
    });
    assert.deepEqual(await toldAfter(HOUR_MS), ['ends soon a', 'ended a']);
    assert.equal((await world.clock.run(world.signIn(one, world.service.grant()))).id, 'a');
  });

  it('the user is not told again when a session that could not be renewed ends', async () => {
    const { world, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    });
    world.service.offline = true;
    assert.deepEqual(await toldAfter(HOUR_MS + 11 * MINUTE_MS), ['ended a']);
    world.service.offline = false;
    world.service.reject('refresh 1');
    assert.deepEqual(await toldAfter(HOUR_MS), []);
    assert.equal(world.stored('a')?.state, 'ended');
  });

  it('a sign-in to another account causes no second message about this one', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS }));
      it.have('b', it.service.grant({ lifeMs: HOUR_MS + 2 * MINUTE_MS }), { scopes: ['email'] });
    });
    assert.deepEqual(await toldAfter(55 * MINUTE_MS + CHECK_EVERY_MS), ['ends soon a']);
    await world.clock.run(world.signIn(one, world.service.grant(), ['profile'], 'bap-2'));
    assert.deepEqual(await toldAfter(2 * MINUTE_MS), []);
  });

  it('the user is not told again after a restart', async () => {
    const { world, one, two, toldAfter } = await watched(anHourOf('a'));
    assert.deepEqual(await toldAfter(HOUR_MS + CHECK_EVERY_MS), ['ends soon a', 'ended a']);
    await world.close(one);
    await world.close(two);
    const three = await world.ready();
    three.focused = true;
    await world.comeBackTo(three);
    assert.deepEqual(three.notices, []);
  });

  it('the user is told about the next session that ends, after a new sign-in to the first one', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS }));
      it.have('b', it.service.grant({ lifeMs: HOUR_MS + 8 * MINUTE_MS }), { scopes: ['email'] });
    });
    assert.deepEqual(await toldAfter(HOUR_MS), ['ends soon a', 'ended a']);
    await world.clock.run(world.signIn(one, world.service.grant()));
    assert.deepEqual(await toldAfter(HOUR_MS), ['ends soon b', 'ended b']);
  });

  it('the user is told in time after a sign-in with a clock that was set back', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      const nowMs = it.clock.now();
      it.have('a', it.service.grant(), { signedInAtMs: nowMs, grantedAtMs: nowMs });
    });
    world.clock.jump(-3 * HOUR_MS);
    await world.clock.run(world.signIn(one, world.service.grant({ lifeMs: HOUR_MS })));
    assert.deepEqual(await toldAfter(57 * MINUTE_MS), ['ends soon a']);
  });

  it('a session that could not be renewed for ten minutes has ended for the user, but renewal is still tried', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    });
    world.service.offline = true;
    assert.deepEqual(await toldAfter(HOUR_MS + 10 * MINUTE_MS), []);
    assert.deepEqual(await toldAfter(CHECK_EVERY_MS), ['ended a']);
    assert.deepEqual(await toldAfter(HOUR_MS), []);
    world.service.offline = false;
    await toldAfter(CHECK_EVERY_MS);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
  });

  it('the user is told about every end of a session without a known expiry', async () => {
    const { world, one, toldAfter } = await watched((it) =>
      it.have('a', it.service.grant({ refreshable: true })),
    );
    const renew = world.service.renew.bind(world.service);
    const rejected = async (): Promise<string[]> => {
      const { accessToken, refreshToken } = one.sessions.records.configured()[0]?.grant ?? assert.fail();
      world.service.reject(accessToken, refreshToken);
      world.service.renew = () => Promise.resolve({ kind: 'unknown' }); // the network fails between the two requests
      assert.equal(await world.clock.run(one.sessions.verification.verify('a', one.closed.signal)), false);
      world.service.renew = renew;
      return toldAfter(HOUR_MS);
    };
    assert.deepEqual(await rejected(), ['rejected a']);
    await world.clock.run(world.signIn(one, world.service.grant({ refreshable: true })));
    assert.deepEqual(await rejected(), ['rejected a']);
  });

  it('the user is told about the end of a new sign-in only, not about the end that it put off', async () => {
    const { world, one, toldAfter } = await watched(anHourOf('a'));
    assert.deepEqual(await toldAfter(56 * MINUTE_MS), ['ends soon a']);
    await world.clock.run(world.signIn(one, world.service.grant({ lifeMs: HOUR_MS }), ['a']));
    assert.deepEqual(await toldAfter(54 * MINUTE_MS), []);
    assert.deepEqual(await toldAfter(1 * MINUTE_MS + CHECK_EVERY_MS), ['ends soon a']);
    assert.deepEqual(await toldAfter(4 * MINUTE_MS), ['ended a']);
    await world.clock.run(world.signIn(one, world.service.grant(), ['a']));
    assert.deepEqual(await toldAfter(DAY_MS), []);
    assert.deepEqual(world.changesOf(one), ['changed a', 'removed a', 'added a']);
  });

  it('the user is told nothing about sessions that are renewed, have no expiry, or were signed out', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
      it.have('b', it.service.grant(), { scopes: ['email'] });
      it.have('c', it.service.grant({ lifeMs: HOUR_MS }), { scopes: ['c'] });
    });
    await world.clock.run(one.sessions.signOut('c'));
    assert.deepEqual(await toldAfter(3 * HOUR_MS), []);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 6', 'b: access 2']);
  });

  it('the user is told about the end when the refresh token is rejected', async () => {
    const { world, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    });
    world.service.reject('refresh 1');
    assert.deepEqual(await toldAfter(HOUR_MS + CHECK_EVERY_MS), ['ends soon a', 'ended a']);
  });

  it('the user is told once about a rejected session, and not that it has ended', async () => {
    const { world, one, toldAfter } = await watched((it) => it.have('a', it.service.grant()));
    world.service.reject('access 1');
    await world.clock.run(one.sessions.verification.verify('a', one.closed.signal));
    assert.deepEqual(await toldAfter(DAY_MS), ['rejected a']);
  });
});
