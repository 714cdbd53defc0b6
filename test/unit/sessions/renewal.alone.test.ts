import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { afterRenewal } from '../../../src/sessions/record.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const HOUR_MS = 3_600_000;

async function overSession() {
  const world = new SessionWorld();
  const record = world.have('a', world.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
  const [one, two] = [await world.ready(), await world.ready()];
  world.clock.jump(2 * HOUR_MS);
  return { world, record, one, two };
}

describe('a renewal that another window may also send', () => {
  it('is not sent while the windows cannot lock each other out', async () => {
    const { world, one, two } = await overSession();
    world.locks.isUsable = false;
    assert.deepEqual(await world.sessionsOf(one), []);
    assert.deepEqual(await world.sessionsOf(two), []);
    assert.deepEqual(world.service.asked, []);
    assert.match(one.log.lines.join('\n'), /this window cannot lock out the others/);
    world.locks.isUsable = true;
    await world.clock.advance(60_000);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
    assert.deepEqual(await world.sessionsOf(two), ['a: access 2']);
    assert.deepEqual(world.service.reused, []);
  });

  it('is tried again half a minute after a window found out that it cannot lock out the others', async () => {
    const { world, one } = await overSession();
    world.locks.isUsable = false;
    const tries = (): number => one.log.lines.filter((line) => line.includes('lock out the others')).length;
    for (const [ms, expected] of [
      [0, 1],
      [0, 1],
      [29_999, 1],
      [1, 2],
    ] as const) {
      world.clock.jump(ms);
      await world.clock.run(one.sessions.settle());
      assert.equal(tries(), expected);
    }
    assert.deepEqual(world.service.asked, []);
  });

  it('is not sent by a window that hung until another one got the lock', async () => {
    const { world, one, two } = await overSession();
    one.storage.stop(); // it hangs after it has the lock
    one.locks.freeze();
    const hung = one.sessions.settle();
    await world.clock.advance(30_000);
    assert.deepEqual(await world.sessionsOf(two), ['a: access 2']);
    one.storage.goOn();
    one.locks.thaw();
    await world.clock.run(hung);
    await world.quiet();
    assert.deepEqual(world.service.asked, ['renew refresh 1']);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
  });

  it('waits until this window sees the refresh token that the last owner has handed on', async () => {
    const { world, record, one, two } = await overSession();
    const { grant } = record;
    two.storage.dispose(); // window two gets no event
    await world.clock.run(
      one.store.whileGranting(record, one.closed.signal, () => {
        const renewed = { ...grant, accessToken: 'renewed', refreshToken: 'next' };
        one.store.publish({ ...record, version: afterRenewal(record.version), grant: renewed });
        return Promise.resolve();
      }),
    );
    assert.equal(two.store.liveSession('a')?.grant.refreshToken, 'refresh 1');
    world.storage.emptyLists = 4; // nor does it see it yet
    await world.clock.run(two.sessions.settle());
    assert.deepEqual(world.service.asked, [], 'the token before is not sent');
    await world.clock.run(two.sessions.settle());
    await world.quiet();
    assert.deepEqual(world.service.asked, ['renew next']);
  });

  it('treats a rejection as final only if no other machine has stored a new token two seconds later', async () => {
    const { world, record, one } = await overSession();
    world.service.reject('refresh 1');
    const settled = one.sessions.settle();
    await world.clock.advance(1_000);
    const renewed = { ...record.grant, accessToken: 'of another machine', refreshToken: 'next' };
    const grantedAtMs = world.clock.now();
    const expiresAtMs = grantedAtMs + HOUR_MS;
    world.storage.have({
      ...record,
      version: afterRenewal(record.version),
      grant: { ...renewed, expiresAtMs },
      grantedAtMs,
    });
    await world.clock.run(settled);
    assert.deepEqual(await world.sessionsOf(one), ['a: of another machine']);
    assert.equal(one.store.liveSession('a')?.grant.refreshToken, 'next');
  });
});
