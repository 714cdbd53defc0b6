import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { keyOf, serialize } from '../../../src/sessions/sessionRecord.ts';
import { amendedVersion, isNewer, nextVersion } from '../../../src/sessions/sessionVersion.ts';
import { recordOf } from '../support/record.ts';
import { play, type Row } from '../support/sessionRow.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Answers that come when something newer has come before them. */
const ROWS: Row[] = [
  {
    name: 'sign-in after sign-out: a session of its own',
    steps: [
      [0, 'one', 'signs out'],
      [0, 'one', 'signs in'],
    ],
    listed: ['new 1: access 2'],
    heard: ['removed a', 'added new 1'],
    asked: ['revoke access 1'],
  },
  {
    name: 'sign-in after a sign-out of which this window has not heard',
    takes: { read: 700 },
    steps: [
      [0, 'two', 'signs out'],
      [50, 'one', 'signs in'],
    ],
    listed: ['new 1: access 2'],
    heard: ['removed a', 'added new 1'],
    asked: ['revoke access 1'],
  },
  {
    name: 'sign-in that is being stored at the sign-out',
    takes: { read: 20, write: 1_000 },
    steps: [
      [0, 'one', 'signs in'],
      [500, 'one', 'signs out'],
    ],
    listed: ['new 1: access 2'],
    heard: { one: ['removed a', 'added new 1'], two: ['changed a', 'removed a', 'added new 1'] },
    asked: ['revoke access 1'],
  },
  {
    name: 'sign-in that is being stored at the end of the old one, found in this window',
    a: { lifeMs: 61_000 },
    takes: { read: 20, write: 3_000 },
    steps: [
      [0, 'one', 'signs in'],
      [2_000, 'one', 'lists'],
    ],
    listed: ['a: access 2'],
    heard: { one: ['removed a', 'added a'], two: ['changed a'] },
  },
  {
    name: 'sign-in that is being stored at the end of the old one, found in the other window',
    a: { lifeMs: 61_000 },
    takes: { read: 20, write: 3_000 },
    steps: [
      [0, 'one', 'signs in'],
      [2_000, 'two', 'lists'],
    ],
    listed: ['a: access 2'],
    heard: { one: ['changed a'], two: ['removed a', 'added a'] },
  },
  {
    name: 'sign-in of which the window that finds the end has not heard',
    a: { lifeMs: 61_000 },
    takes: { read: 700 },
    steps: [
      [0, 'one', 'signs in'],
      [1_100, 'two', 'lists'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
  },
  {
    name: 'sign-in while a verification waits for its answer',
    takes: { verify: 2_000 },
    steps: [
      [0, 'service', ['access 1']],
      [0, 'two', 'verifies'],
      [1_000, 'one', 'signs in'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['verify access 1'],
  },
  {
    name: 'sign-in with the clock set back',
    steps: [
      [0, 'clock', -3 * HOUR_MS],
      [0, 'one', 'signs in'],
      [1_000, 'two', 'writes the a of old'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
  },
  {
    name: 'sign-out while a verification waits for its answer',
    takes: { verify: 2_000 },
    steps: [
      [0, 'service', ['access 1']],
      [0, 'two', 'verifies'],
      [1_000, 'one', 'signs out'],
    ],
    listed: [],
    heard: ['removed a'],
    asked: ['verify access 1', 'revoke access 1'],
  },
  {
    name: 'sign-out in two windows at once',
    takes: { read: 20, write: 50 },
    steps: [
      [0, 'one', 'signs out'],
      [10, 'two', 'signs out'],
    ],
    listed: [],
    heard: ['removed a'],
    asked: ['revoke access 1', 'revoke access 1'],
  },
  {
    name: 'an old window’s old token after a sign-in',
    takes: { read: 20, write: 50 },
    steps: [
      [0, 'one', 'signs in'],
      [1_000, 'two', 'writes the a of old'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
  },
  {
    name: 'an old window’s old token while a sign-in is being stored',
    takes: { read: 20, write: 50 },
    steps: [
      [0, 'one', 'signs in'],
      [40, 'two', 'writes the a of old'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
  },
  {
    name: 'an old window’s old token after a sign-out',
    takes: { read: 20, write: 50 },
    steps: [
      [0, 'one', 'signs out'],
      [1_000, 'two', 'writes the a of old'],
    ],
    listed: [],
    heard: ['removed a'],
    asked: ['revoke access 1'],
  },
  {
    name: 'an old window’s old token after an end',
    a: { lifeMs: HOUR_MS },
    steps: [
      [0, 'clock', HOUR_MS],
      [0, 'one', 'lists'],
      [1_000, 'two', 'writes the a of old'],
    ],
    listed: [],
    heard: ['removed a'],
  },
  {
    name: 'an old window’s old token after a rejection',
    steps: [
      [0, 'service', ['access 1']],
      [0, 'one', 'verifies'],
      [1_000, 'two', 'writes the a of old'],
    ],
    listed: [],
    heard: ['removed a'],
    asked: ['verify access 1'],
    told: ['rejected a'],
  },
  {
    name: 'a rejection of what another window has signed in to anew, unheard of here: nothing has ended',
    takes: { verify: 1_500, read: 700 },
    steps: [
      [0, 'service', ['access 1']],
      [0, 'one', 'verifies'],
      [50, 'two', 'signs in'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['verify access 1'],
  },
];

describe('sessions of a service: what comes late changes nothing that is newer', () => {
  for (const row of ROWS) it(row.name, () => play(row));

  it('a sign-in that is being stored when its only window signs out is not left in storage', async () => {
    const { world, one } = await withA();
    world.secrets.writeMs = 1_000;
    const signingIn = world.signIn(one, world.service.grant());
    await world.clock.advance(500);
    await world.clock.run(Promise.all([signingIn, one.sessions.signOut('a')]));
    await world.quiet();
    assert.deepEqual(await world.listed(one), ['new 1: access 2']);
    assert.equal(world.secrets.stored.has(keyOf('a')), false);
  });

  it('a session that came and went before a window could read it does not come back to it', async () => {
    const { world, one } = await withA();
    const two = await world.ready();
    world.secrets.readMs = 700;
    const { id } = await world.clock.run(world.signIn(one, world.service.grant(), ['email']));
    const old = world.secrets.stored.get(keyOf(id)) ?? '';
    await world.clock.run(one.sessions.signOut(id));
    await world.quiet();
    world.close(one);
    await world.clock.run(Promise.resolve(world.secrets.window().store(keyOf(id), old)));
    await world.quiet();
    assert.deepEqual(await world.listed(two), ['a: access 1']);
    assert.equal(world.secrets.stored.has(keyOf(id)), false);
    assert.deepEqual(world.heard(two), []);
  });

  it('whoever looks at what is stored waits for the look that counts', async () => {
    const { world, one } = await withA();
    world.secrets.readMs = 100;
    const looking = one.store.reread('a');
    await world.clock.advance(50);
    const renewed = { ...world.have('a', world.service.grant()), writtenAtMs: world.clock.now() };
    const storing = world.secrets.window().store(keyOf('a'), serialize(renewed));
    await world.clock.run(looking);
    assert.equal(one.store.get('a')?.accessToken, 'access 2');
    await storing;
  });

  it('what was gone in one look is gone, although a later look finds it again', async () => {
    const { world, one } = await withA();
    const old = world.secrets.stored.get(keyOf('a')) ?? '';
    world.secrets.readMs = 100;
    await world.secrets.window().delete(keyOf('a'));
    await world.clock.advance(50); // being looked for
    await world.secrets.window().store(keyOf('a'), old);
    await world.quiet();
    assert.deepEqual(world.heard(one), ['removed a']);
    assert.equal(world.secrets.stored.size, 0);
  });

  it('what only takes from a session is older than what follows it, also with the clock set back', () => {
    const base = recordOf('a', { refreshToken: 'refresh' });
    const less = amendedVersion({ ...base, expiresAtMs: 0 }, base);
    const { refreshToken, ...without } = less.record;
    const leastOfAll = amendedVersion(without, less.record);
    // The text decides between two that are as old as each other: it must not come to that.
    for (const accessToken of ['0', 'z'])
      assert.ok(isNewer(nextVersion({ ...base, accessToken }, base, 0), leastOfAll));
  });
});

async function withA(): Promise<{ world: SessionWorld; one: Window }> {
  const world = new SessionWorld();
  world.have('a', world.service.grant());
  return { world, one: await world.ready() };
}
