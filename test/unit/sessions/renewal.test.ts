import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { deserialize, keyOf } from '../../../src/sessions/sessionRecord.ts';
import { play, type Row } from '../support/sessionRow.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NIGHT_MS = 9 * HOUR_MS;
/** In its last five minutes, and over. */
const SOON = { lifeMs: 4 * MINUTE_MS, refreshable: true };
const OVER = { lifeMs: MINUTE_MS, refreshable: true };

const ROWS: Row[] = [
  {
    name: 'a session is not renewed before its last five minutes',
    a: { lifeMs: 5 * MINUTE_MS + 1_000, refreshable: true },
    steps: [[0, 'one', 'lists']],
    listed: ['a: access 1'],
  },
  {
    name: 'in its last five minutes it is',
    a: { lifeMs: 5 * MINUTE_MS, refreshable: true },
    steps: [[0, 'one', 'lists']],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'and after a laptop’s night',
    a: SOON,
    steps: [
      [0, 'clock', NIGHT_MS],
      [0, 'one', 'lists'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'the refresh token that came last is the one that counts',
    a: SOON,
    steps: [
      [0, 'one', 'lists'],
      [1_000, 'clock', NIGHT_MS],
      [1_000, 'two', 'lists'],
      [2_000, 'clock', NIGHT_MS],
      [2_000, 'one', 'lists'],
    ],
    listed: ['a: access 4'],
    heard: ['changed a', 'changed a', 'changed a'],
    asked: ['renew refresh 1', 'renew refresh 2', 'renew refresh 3'],
  },
  ...[true, false].map((over) => ({
    name: `all windows ask at once for one that ${over ? 'is over' : 'ends soon'}: one request`,
    a: over ? OVER : SOON,
    takes: { renew: 2_000, read: 20, write: 50 },
    steps: [
      [0, 'one', 'lists'],
      [0, 'one', 'lists'],
      [0, 'two', 'lists'],
      [1_000, 'two', 'lists'],
      [2_050, 'one', 'lists'],
    ] satisfies Row['steps'],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1'],
  })),
  {
    name: 'a rejected refresh token costs nothing while the access token lasts',
    a: SOON,
    steps: [
      [0, 'service', ['refresh 1']],
      [0, 'one', 'lists'],
      [60_000, 'two', 'lists'],
    ],
    listed: ['a: access 1'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'a rejected refresh token is the end of what is over, without another message',
    a: OVER,
    steps: [
      [0, 'service', ['refresh 1']],
      [0, 'one', 'lists'],
    ],
    listed: [],
    heard: ['removed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'what cannot be renewed is not handed out, nor lost: windows rest between their attempts',
    a: OVER,
    steps: [
      [0, 'service', 'offline'],
      [0, 'one', 'lists'],
      [29_000, 'one', 'lists'],
      [30_000, 'one', 'lists'],
    ],
    listed: [],
    asked: ['renew refresh 1', 'renew refresh 1'],
  },
  {
    name: 'they do not rest for longer when the clock is set back',
    a: { lifeMs: -2 * HOUR_MS, refreshable: true },
    steps: [
      [0, 'service', 'offline'],
      [0, 'one', 'lists'],
      [1_000, 'clock', -HOUR_MS],
      [1_000, 'service', 'online'],
      [1_000, 'one', 'lists'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1', 'renew refresh 1'],
  },
  {
    name: 'it goes on when the service is back',
    a: OVER,
    steps: [
      [0, 'service', 'offline'],
      [0, 'one', 'lists'],
      [10_000, 'service', 'online'],
      [30_000, 'one', 'lists'],
    ],
    listed: ['a: access 2'],
    heard: ['changed a'],
    asked: ['renew refresh 1', 'renew refresh 1'],
  },
];

describe('renewal: when, and in which window', () => {
  for (const row of ROWS) it(row.name, () => play(row));
});

describe('renewal: how long whoever asks for a session waits', () => {
  it('for nothing, while the session can be used', async () => {
    const { world, one } = await windows(SOON.lifeMs);
    world.service.takes.renew = 2_000;
    assert.deepEqual(await waited(world, one), [['a: access 1'], 0]);
    await world.clock.advance(2_000);
    assert.deepEqual(await waited(world, one), [['a: access 2'], 0]);
  });

  it('for the renewal, when it is over', async () => {
    const { world, one } = await windows(OVER.lifeMs);
    world.service.takes.renew = 2_000;
    assert.deepEqual(await waited(world, one), [['a: access 2'], 2_000]);
  });

  it('for the renewal, when a short one is over before its end is near', async () => {
    const world = new SessionWorld();
    const writtenAtMs = world.clock.now();
    world.have('a', world.service.grant({ lifeMs: 90_000, refreshable: true }), { writtenAtMs });
    const one = await world.ready();
    await world.clock.advance(35_000);
    assert.deepEqual(await world.listed(one), ['a: access 2']);
  });

  it('for what has no known end any more: nor has it', async () => {
    const { world, one } = await windows(OVER.lifeMs);
    const grant = world.service.grant();
    world.service.renew = () => Promise.resolve({ kind: 'granted', grant });
    assert.deepEqual(await world.listed(one), ['a: access 2']);
    world.clock.jump(NIGHT_MS);
    assert.deepEqual(await world.listed(one), ['a: access 2']);
  });

  it('ten seconds at most; the renewal goes on', async () => {
    const { world, one, two } = await windows(OVER.lifeMs);
    world.service.takes.renew = 15_000;
    assert.deepEqual(await waited(world, one), [[], 10_000]);
    assert.deepEqual(await waited(world, two), [['a: access 2'], 5_000]);
  });

  it('until the token is stored, which comes before its use', async () => {
    const { world, one } = await windows(OVER.lifeMs);
    world.secrets.writeMs = 3_000;
    const listing = one.sessions.list();
    await world.clock.advance(2_900);
    assert.equal(one.sessions.known()[0]?.accessToken, 'access 1');
    await world.clock.run(listing);
    const stored = deserialize(world.secrets.stored.get(keyOf('a')) ?? '');
    assert.deepEqual([stored?.accessToken, stored?.refreshToken], ['access 2', 'refresh 2']);
    assert.deepEqual(one.sessions.known(), [stored]);
  });

  it('in vain while the claim of a window lasts that has crashed over it', async () => {
    const { world, one } = await windows(OVER.lifeMs);
    await world.claims.take('renew-a', 30_000); // by the one that is no more
    assert.deepEqual(await waited(world, one), [[], 10_000]);
    assert.deepEqual(world.service.asked, []);
    await world.clock.advance(10_000);
    assert.deepEqual(await waited(world, one), [[], 10_000]);
    assert.deepEqual(await waited(world, one), [['a: access 2'], 0]);
  });

  it('no longer than its window is open', async () => {
    const { world, one } = await windows(OVER.lifeMs);
    world.service.takes.renew = 5_000;
    const listing = one.sessions.list();
    await world.clock.advance(1_000);
    world.close(one);
    assert.deepEqual(await world.clock.run(listing), []);
    assert.equal(world.clock.ranMs, 1_000);
  });
});

describe('renewal: what goes wrong', () => {
  it('nothing is sent while it cannot be stored, since a token works once', async () => {
    const { world, one } = await windows(OVER.lifeMs);
    world.secrets.readFailure = new Error('locked');
    assert.deepEqual(await world.listed(one), []);
    assert.deepEqual(world.service.asked, []);
    world.secrets.readFailure = undefined;
    assert.deepEqual(await world.listed(one), ['a: access 2']);
  });

  it('storage that cannot be read when the answer is there does not cost the token', async () => {
    const { world, one } = await windows(OVER.lifeMs);
    world.service.takes.renew = 2_000;
    const listing = one.sessions.list();
    await world.clock.advance(1_000);
    world.secrets.readFailure = new Error('locked');
    await world.clock.run(listing);
    assert.deepEqual(await world.listed(one), ['a: access 2']);
  });

  it('a service that renews nothing is not asked', async () => {
    const { world, one } = await windows(SOON.lifeMs);
    Object.assign(world.service, { renew: undefined });
    assert.deepEqual(await world.listed(one), ['a: access 1']);
    world.clock.jump(NIGHT_MS);
    assert.deepEqual(await world.listed(one), []);
    assert.deepEqual(world.heard(one), ['removed a']);
  });

  it('no token is logged', async () => {
    const { world, one } = await windows(OVER.lifeMs);
    world.service.offline = true;
    await world.listed(one);
    world.service.offline = false;
    await world.clock.advance(30_000);
    await world.listed(one);
    assert.equal(one.log.lines.length, 2);
    assert.doesNotMatch(one.log.lines.join(), /access|refresh|Ann|bap-1/);
  });
});

/** Two windows with the session `a`, which has a refresh token. */
async function windows(lifeMs: number): Promise<{ world: SessionWorld; one: Window; two: Window }> {
  const world = new SessionWorld();
  world.have('a', world.service.grant({ lifeMs, refreshable: true }));
  return { world, one: await world.ready(), two: await world.ready() };
}

/** What a window lists, and after how many milliseconds. */
async function waited(world: SessionWorld, one: Window): Promise<[string[], number]> {
  const begunMs = world.clock.ranMs;
  const listed = await world.listed(one);
  return [listed, world.clock.ranMs - begunMs];
}
