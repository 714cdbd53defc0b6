import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { recordOf } from '../support/record.ts';
import { SERVER } from '../support/fakeService.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';
import { CHECK_EVERY_MS, watched } from '../support/watchedWindows.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STAGING = 'https://staging.example';

/** The user changes the setting. Every window gets the event. */
function set(world: SessionWorld, server: string | undefined): void {
  world.service.server = server;
  for (const { all } of world.windows) all.followSettings();
}

/** The changes that the window has fired since the last call, with the siblings of each. */
function heard(world: SessionWorld, { changes }: Window): string[] {
  return changes
    .splice(0)
    .map(({ kind, record, siblings }) =>
      [kind, world.nameOf(record.id), ...siblings.map(({ id }) => `beside ${world.nameOf(id)}`)].join(' '),
    );
}

describe('a session of another server than the one in the settings', () => {
  it('is not handed out in any window, stays in storage, and comes back with the setting', async () => {
    const world = new SessionWorld();
    const record = world.have('a', world.service.grant());
    const [one, two] = [await world.ready(), await world.ready()];
    set(world, STAGING);
    for (const window of [one, two]) {
      assert.deepEqual(heard(world, window), ['removed a']);
      assert.deepEqual(await world.sessionsOf(window), []);
      assert.deepEqual([window.sessions.records.configured(), window.all.usable()], [[], []]);
      assert.deepEqual(window.sessions.records.liveSessions(), [record], 'for the sign-out');
      assert.deepEqual(window.sessions.records.dormant(), [record], 'for Show Identity');
    }
    assert.deepEqual(world.stored('a'), record);
    set(world, SERVER);
    for (const window of [one, two]) {
      assert.deepEqual(heard(world, window), ['added a']);
      assert.deepEqual(await world.sessionsOf(window), ['a: access 1']);
      assert.deepEqual(window.sessions.records.dormant(), []);
    }
    assert.deepEqual([world.service.asked, world.notices()], [[], []]);
  });

  it('is hidden in a window that opens later, without a change event', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    world.service.server = STAGING;
    const one = await world.ready();
    assert.deepEqual([heard(world, one), await world.sessionsOf(one)], [[], []]);
    set(world, SERVER);
    assert.deepEqual([heard(world, one), await world.sessionsOf(one)], [['added a'], ['a: access 1']]);
  });

  it('is hidden while the setting is not an address', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    set(world, undefined);
    assert.deepEqual(await world.sessionsOf(one), []);
    set(world, SERVER);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 1']);
    assert.deepEqual(heard(world, one), ['removed a', 'added a']);
  });

  it('fires no second change when another setting changes', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    for (let times = 0; times < 2; times++) one.all.followSettings();
    assert.deepEqual(heard(world, one), []);
  });

  it('is removed and added back one by one, with its siblings', async () => {
    const world = new SessionWorld();
    for (const id of ['a', 'b']) world.have(id, world.service.grant(), { scopes: [id] });
    const one = await world.ready();
    set(world, STAGING);
    assert.deepEqual(heard(world, one), ['removed a beside b', 'removed b']);
    set(world, SERVER);
    assert.deepEqual(heard(world, one), ['added a', 'added b beside a']);
    await world.clock.run(one.sessions.signOut('a'));
    assert.deepEqual(heard(world, one), ['removed a beside b']);
  });

  it('does not list sessions of other accounts as siblings, and a changed setting is not a sign-in', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    world.have('b', world.service.grant(), { person: { ...recordOf('b').person, accountId: 'bap-2' } });
    const one = await world.ready();
    set(world, STAGING);
    set(world, SERVER);
    assert.equal(
      one.changes.some(({ isSignIn }) => isSignIn),
      false,
    );
    assert.deepEqual(heard(world, one), ['removed a', 'removed b', 'added a', 'added b']);
  });

  it('is not verified while another session is shown', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant(), { server: STAGING });
    world.have('b', world.service.grant());
    const one = await world.ready();
    assert.equal(await one.sessions.verification.verify('a', one.closed.signal), false);
    assert.deepEqual(world.service.asked, []);
  });

  it('ends without a message when the setting changes during the request', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    const one = await world.ready();
    world.service.reject('access 1');
    world.service.takes.verify = 100;
    const verifying = one.sessions.verification.verify('a', one.closed.signal);
    await world.clock.advance(50);
    set(world, STAGING);
    assert.equal(await world.clock.run(verifying), false);
    await world.quiet();
    assert.deepEqual([one.store.get('a')?.state, world.notices()], ['ended', []]);
  });

  it('makes room for those of the new server', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant());
    world.have('b', { ...world.service.grant(), server: STAGING }, { server: STAGING });
    const one = await world.ready();
    set(world, STAGING);
    assert.deepEqual(heard(world, one), ['removed a', 'added b']);
    assert.deepEqual(await world.sessionsOf(one), ['b: access 2']);
  });

  it('is neither renewed nor verified nor mentioned, and is renewed when it comes back', async () => {
    const { world, one, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    });
    set(world, STAGING);
    assert.deepEqual(await toldAfter(2 * HOUR_MS), []);
    await world.comeBackTo(one);
    assert.equal(await one.sessions.verification.verify('a', one.closed.signal), false);
    assert.deepEqual([await world.sessionsOf(one), world.service.asked], [[], []]);
    assert.deepEqual(
      one.sessions.records.dormant().map(({ id }) => id),
      ['a'],
    );
    set(world, SERVER);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
    assert.deepEqual(await toldAfter(CHECK_EVERY_MS), []);
  });

  it('ends when it expires, without a message until its server is configured again', async () => {
    const { world, one, two, toldAfter } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS }));
    });
    set(world, STAGING);
    for (const window of [one, two]) assert.deepEqual(heard(world, window), ['removed a']);
    assert.deepEqual(await toldAfter(HOUR_MS + CHECK_EVERY_MS), []);
    assert.equal(world.stored('a')?.state, 'ended');
    assert.deepEqual([one.sessions.records.dormant(), one.sessions.records.liveSessions()], [[], []]);
    set(world, SERVER);
    assert.deepEqual(await toldAfter(CHECK_EVERY_MS), ['ended a']);
    for (const window of [one, two]) assert.deepEqual(heard(world, window), []);
  });

  it('can be signed out by itself', async () => {
    const world = new SessionWorld();
    for (const id of ['a', 'b']) world.have(id, world.service.grant(), { scopes: [id] });
    const [one, two] = [await world.ready(), await world.ready()];
    set(world, STAGING);
    for (const window of [one, two]) heard(world, window);
    await world.clock.run(one.sessions.signOut('a'));
    await world.quiet();
    set(world, SERVER);
    for (const window of [one, two]) {
      assert.deepEqual(heard(world, window), ['added b']);
      assert.deepEqual(await world.sessionsOf(window), ['b: access 2']);
    }
    assert.deepEqual(world.service.asked, ['revoke access 1']);
  });
});

describe('the same id on two servers', () => {
  it('means two accounts with a session and a label each', async () => {
    const world = new SessionWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    const here = await world.clock.run(world.signIn(one, world.service.grant()));
    set(world, STAGING);
    const there = await world.clock.run(world.signIn(two, world.service.grant()));
    await world.quiet();
    assert.notEqual(there.id, here.id);
    assert.deepEqual(
      [here, there].map(({ server, person }) => [server, person.accountId, person.accountLabel]),
      [
        [SERVER, 'bap-1', 'Ann (bap-1)'],
        [STAGING, `${STAGING} bap-1`, 'Ann (bap-1) · staging.example'],
      ],
    );
    assert.deepEqual(world.service.asked, [], 'no grant is replaced');
    for (const window of [one, two]) {
      assert.deepEqual(heard(world, window), ['added new 1', 'removed new 1', 'added new 2']);
      assert.deepEqual(await world.sessionsOf(window), ['new 2: access 2']);
    }
    const again = await world.clock.run(world.signIn(one, world.service.grant()));
    assert.deepEqual([again.id, again.person.accountLabel], [there.id, there.person.accountLabel]);
    await world.clock.run(one.sessions.signOut(there.id));
    set(world, SERVER);
    assert.deepEqual(await world.sessionsOf(one), ['new 1: access 1']);
  });

  it('causes two messages when both end at the same time', async () => {
    const { toldAfter, world } = await watched((it) => {
      it.have('a', it.service.grant({ lifeMs: HOUR_MS }));
      it.have('b', { ...it.service.grant({ lifeMs: HOUR_MS }), server: STAGING }, { server: STAGING });
    });
    assert.deepEqual(await toldAfter(HOUR_MS), ['ends soon a', 'ended a']);
    set(world, STAGING);
    assert.deepEqual(await toldAfter(CHECK_EVERY_MS), ['ended b']);
  });

  it('keeps a sign-in on the server that granted it, even if the setting has changed before it is complete', async () => {
    const world = new SessionWorld();
    const one = await world.ready();
    const grant = world.service.grant();
    set(world, STAGING);
    const { server, person } = await world.clock.run(world.signIn(one, grant));
    assert.deepEqual([server, person.accountLabel], [SERVER, 'Ann (bap-1)']);
    assert.deepEqual([await world.sessionsOf(one), heard(world, one)], [[], []]);
  });
});
