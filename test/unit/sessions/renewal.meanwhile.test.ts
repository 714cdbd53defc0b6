import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { play, type Row } from '../support/sessionRow.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
/** In its last five minutes. */
const SOON = { lifeMs: 4 * MINUTE_MS, refreshable: true };

/** What else happens while the service is asked for a new token. */
const ROWS: Row[] = [
  ...(['one', 'two'] as const).map((who) => ({
    name: `sign-out in window ${who}: what was granted is revoked`,
    a: SOON,
    takes: { renew: 2_000, read: 20, write: 50 },
    steps: [
      [0, 'one', 'lists'],
      [1_000, who, 'signs out'],
    ] satisfies Row['steps'],
    listed: [],
    heard: ['removed a'],
    asked: ['renew refresh 1', 'revoke access 1', 'revoke access 2'],
  })),
  {
    name: 'sign-out of which the window that renews has not heard: what was granted is revoked',
    a: SOON,
    takes: { renew: 400, read: 700 },
    steps: [
      [0, 'one', 'lists'],
      [1_000, 'two', 'signs out'],
    ],
    listed: [],
    heard: ['removed a'],
    asked: ['renew refresh 1', 'revoke access 1', 'revoke access 2'],
  },
  ...(['one', 'two'] as const).map((who) => ({
    name: `sign-in in window ${who}: it stays, and what was granted is revoked`,
    a: SOON,
    takes: { renew: 2_000, read: 20, write: 50 },
    steps: [
      [0, 'one', 'lists'],
      [1_000, who, 'signs in'],
    ] satisfies Row['steps'],
    listed: ['a: access 3'],
    heard: ['changed a'],
    asked: ['renew refresh 1', 'revoke access 2'],
  })),
  {
    name: 'sign-in: a rejected refresh token takes nothing of it away',
    a: SOON,
    takes: { renew: 2_000 },
    steps: [
      [0, 'service', ['refresh 1']],
      [0, 'one', 'lists'],
      [1_000, 'two', 'signs in'],
      [3_000, 'service', []],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'sign-in that is being stored when the answer comes',
    a: SOON,
    takes: { renew: 2_000, read: 20, write: 3_000 },
    steps: [
      [0, 'one', 'lists'],
      [1_000, 'two', 'signs in'],
    ],
    listed: ['a: access 3'],
    heard: ['changed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'sign-in for other scopes: both stay',
    a: SOON,
    takes: { renew: 2_000 },
    steps: [
      [0, 'one', 'lists'],
      [1_000, 'two', 'signs in for other scopes'],
    ],
    listed: ['a: access 2', 'new 1: access 3'],
    heard: ['added new 1', 'changed a'],
    asked: ['renew refresh 1'],
  },
  // The service does not know the old access token any more once it has granted another.
  ...(['one', 'two'] as const).map((who) => ({
    name: `a verification in window ${who}: it waits, and costs nothing`,
    a: SOON,
    takes: { renew: 2_000, verify: 500, read: 20, write: 50 },
    steps: [
      [0, 'one', 'lists'],
      [1_000, who, 'verifies'],
    ] satisfies Row['steps'],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1', 'verify access 1'],
  })),
  {
    name: 'a verification that has its answer after the renewal',
    a: SOON,
    takes: { renew: 1_000, verify: 3_000 },
    steps: [
      [0, 'one', 'lists'],
      [500, 'two', 'verifies'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1', 'verify access 1'],
  },
  {
    name: 'a verification that has given up waiting: its note takes nothing from the renewal',
    a: SOON,
    takes: { renew: 12_000, verify: 500, read: 20, write: 50 },
    steps: [
      [0, 'one', 'lists'],
      [900, 'two', 'verifies'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a', 'changed a'],
    asked: ['renew refresh 1', 'verify access 1'],
  },
  {
    name: 'a verification that gives up waiting while the renewal is being stored: nor does its late note',
    a: SOON,
    takes: { renew: 12_000, verify: 500, read: 20, write: 2_000 },
    steps: [
      [0, 'one', 'lists'],
      [2_900, 'two', 'verifies'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1', 'verify access 1'],
  },
  {
    name: 'an old window’s old token',
    a: SOON,
    takes: { renew: 2_000, read: 20, write: 50 },
    steps: [
      [0, 'one', 'lists'],
      [1_000, 'two', 'writes the a of old'],
      [2_040, 'two', 'writes the a of old'],
      [3_000, 'two', 'writes the a of old'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1'],
  },
];

describe('renewal: what happens meanwhile', () => {
  for (const row of ROWS) it(row.name, () => play(row));

  it('storage is slow: the refresh token is sent once all the same', async () => {
    for (const [readMs, writeMs] of [
      [0, 40_000],
      [16_000, 16_000],
    ] as const) {
      const world = new SessionWorld();
      world.have('a', world.service.grant(SOON));
      const [one, two] = [await world.ready(), await world.ready()];
      Object.assign(world.secrets, { readMs, writeMs });
      world.service.takes.renew = 1_000;
      const first = one.sessions.list();
      await world.clock.advance(32_000);
      await world.clock.run(Promise.all([first, two.sessions.list()]));
      await world.quiet();
      assert.deepEqual(world.service.asked, ['renew refresh 1']);
    }
  });

  it('the laptop sleeps, and the other window asks as well: the late answer is taken', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant(SOON));
    const [one, two] = [await world.ready(), await world.ready()];
    world.service.takes.renew = 2_000;
    const first = one.sessions.list();
    await world.clock.advance(1_000);
    world.clock.jump(4 * MINUTE_MS); // the claim has run out
    const second = two.sessions.list();
    await world.clock.run(Promise.all([first, second]));
    await world.quiet();
    assert.deepEqual(await world.listed(one), ['a: access 2']);
    assert.deepEqual(await world.listed(two), ['a: access 2']);
  });
});
