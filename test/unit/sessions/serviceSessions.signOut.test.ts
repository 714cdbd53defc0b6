import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { newestItems } from '../../../src/sessions/items.ts';
import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { endedOf, recordOf } from '../support/record.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NIGHT_MS = 9 * HOUR_MS;
const BOB = { person: { ...recordOf('any').person, accountId: 'bap-2' } };

/** The ids of the sessions that are stored and were not signed out. */
function left(world: SessionWorld): string[] {
  const ids = newestItems(world.storage.stored.keys()).keys();
  return [...ids].filter((id) => world.stored(id)?.state !== 'removed');
}

describe('sign-out', () => {
  it('of the last session also removes ended sessions of the account, and leaves other accounts alone', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    world.have('b', world.service.grant());
    world.store(endedOf('ended'));
    world.have('ofBob', world.service.grant(), BOB);
    world.store(endedOf('endedOfBob', BOB));
    const one = await world.ready();
    const signOut = (id: string): Promise<void> => world.clock.run(one.sessions.signOut(id));
    await signOut('a');
    assert.deepEqual(left(world), ['b', 'ended', 'ofBob', 'endedOfBob']);
    await signOut('unknown');
    await signOut('a');
    assert.deepEqual(left(world), ['b', 'ended', 'ofBob', 'endedOfBob']);
    await signOut('b');
    assert.deepEqual(left(world), ['ofBob', 'endedOfBob']);
    assert.deepEqual(world.changesOf(one), ['removed a', 'removed b']);
    assert.deepEqual(world.service.asked, ['revoke access 1', 'revoke access 2']);
    assert.doesNotMatch(one.log.lines.join('\n'), /^warn/m, 'nothing is asked for what has no grant');
  });

  it('of the last usable session also removes sessions that wait for their renewal', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    world.have('b', world.service.grant(), { scopes: ['email'] });
    const one = await world.ready();
    world.clock.jump(NIGHT_MS);
    world.service.offline = true;
    assert.deepEqual(await world.sessionsOf(one), ['b: access 2']);
    assert.equal(one.sessions.records.configured().length, 2);
    await world.clock.run(one.sessions.signOut('b'));
    world.service.offline = false;
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(await world.sessionsOf(one), []);
    assert.deepEqual(left(world), []);
    const revoked = world.service.asked.filter((each) => each.startsWith('revoke'));
    assert.deepEqual(revoked.sort(), ['revoke access 1', 'revoke access 2']);
  });

  it('leaves a mark that says nothing about the user', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant({ refreshable: true }));
    const one = await world.ready();
    await world.clock.run(one.sessions.signOut('a'));
    assert.deepEqual([...world.storage.stored], [['a.1-0-0.removed', '']]);
  });

  it('does not wait for the service, and leaves sessions of other services alone', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    world.have('other', world.service.grant(), { serviceId: 'adom' });
    const one = await world.ready();
    world.service.takes.revoke = HOUR_MS;
    await world.clock.run(Promise.all(['a', 'other'].map((id) => one.sessions.signOut(id))));
    assert.equal(world.clock.ranMs, 0);
    assert.deepEqual(world.service.asked, ['revoke access 1']);
    assert.ok(one.store.liveSession('other'));
  });

  it('takes effect at once, before anything is stored', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    world.storage.writeMs = 5_000;
    const leaving = one.sessions.signOut('a');
    await world.clock.settle();
    assert.deepEqual([one.sessions.records.configured(), world.changesOf(one)], [[], ['removed a']]);
    await world.clock.run(leaving);
  });

  it('in a window that has read nothing yet reads the storage first', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = world.open();
    await world.clock.run(one.sessions.signOut('a'));
    assert.deepEqual(left(world), []);
    assert.deepEqual(one.log.lines, [
      'info Signing out of Test Identity.',
      'info Test Identity has ended the session.',
    ]);
  });

  it('that cannot be stored says so, and takes effect in this window, and later in all', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.writeFailure = new Error('locked');
    await assert.rejects(world.clock.run(one.sessions.signOut('a')), StoreError);
    assert.deepEqual(await world.sessionsOf(one), []);
    assert.deepEqual(world.service.asked, ['revoke access 1']);
    world.storage.writeFailure = undefined;
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(await world.sessionsOf(two), []);
    assert.deepEqual(left(world), []);
  });

  it('in the other window makes the next sign-in a new session', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const [one, two] = [await world.ready(), await world.ready()];
    world.storage.readMs = 700; // for the read that follows the event
    await world.clock.run(one.sessions.signOut('a'));
    assert.equal(two.sessions.records.configured().length, 1, 'it has not heard yet');
    world.storage.readMs = 5;
    const { id } = await world.clock.run(world.signIn(two, world.service.grant()));
    await world.quiet();
    assert.equal(world.nameOf(id), 'new 1');
    for (const window of [one, two]) assert.deepEqual(await world.sessionsOf(window), ['new 1: access 2']);
  });
});
