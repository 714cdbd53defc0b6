import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sessionKey } from '../../../src/sessions/accounts.ts';
import { recordOf } from '../support/record.ts';
import { play, type Scenario } from '../support/sessionScenario.ts';
import { SessionWorld, type Window } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NIGHT_MS = 9 * HOUR_MS;
/** A session in its last five minutes. */
const SOON = { lifeMs: 4 * MINUTE_MS, refreshable: true };
/** A session that is over, because it is in its last minute. */
const OVER = { lifeMs: MINUTE_MS, refreshable: true };

const SCENARIOS: Scenario[] = [
  {
    name: 'a session is not renewed before its last five minutes',
    a: { lifeMs: 5 * MINUTE_MS + 1_000, refreshable: true },
    steps: [[0, 'one', 'gets sessions']],
    sessions: ['a: access 1'],
  },
  {
    name: 'a session is renewed in its last five minutes',
    a: { lifeMs: 5 * MINUTE_MS, refreshable: true },
    steps: [[0, 'one', 'gets sessions']],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'a session is renewed after a night in which the laptop slept',
    a: SOON,
    steps: [
      [0, 'clock', { jumpsMs: NIGHT_MS }],
      [0, 'one', 'gets sessions'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'each renewal uses the latest refresh token, in any window',
    a: SOON,
    steps: [
      [0, 'one', 'gets sessions'],
      [1_000, 'clock', { jumpsMs: NIGHT_MS }],
      [1_000, 'two', 'gets sessions'],
      [2_000, 'clock', { jumpsMs: NIGHT_MS }],
      [2_000, 'one', 'gets sessions'],
    ],
    sessions: ['a: access 4'],
    changes: ['changed a', 'changed a', 'changed a'],
    asked: ['renew refresh 1', 'renew refresh 2', 'renew refresh 3'],
  },
  ...[OVER, SOON].map((a) => ({
    name: `all windows that need a session that ${a === OVER ? 'is over' : 'ends soon'} send one request`,
    a,
    takes: { renew: 2_000, read: 20, write: 50 },
    steps: [
      [0, 'one', 'gets sessions'],
      [0, 'one', 'gets sessions'],
      [0, 'two', 'gets sessions'],
      [1_000, 'two', 'gets sessions'],
      [2_050, 'one', 'gets sessions'],
    ] satisfies Scenario['steps'],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1'],
  })),
  {
    name: 'a session with a rejected refresh token lasts as long as its access token, and renewal is not tried again',
    a: SOON,
    steps: [
      [0, 'service', { rejects: ['refresh 1'] }],
      [0, 'one', 'gets sessions'],
      [60_000, 'two', 'gets sessions'],
    ],
    sessions: ['a: access 1'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'a session that is over ends when its refresh token is rejected, without another message',
    a: OVER,
    steps: [
      [0, 'service', { rejects: ['refresh 1'] }],
      [0, 'one', 'gets sessions'],
    ],
    sessions: [],
    changes: ['removed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'while the service is offline the session stays but is not handed out, and a window asks every 30 seconds',
    a: OVER,
    steps: [
      [0, 'service', 'goes offline'],
      [0, 'one', 'gets sessions'],
      [29_000, 'one', 'gets sessions'],
      [30_000, 'one', 'gets sessions'],
    ],
    sessions: [],
    asked: ['renew refresh 1', 'renew refresh 1'],
  },
  {
    name: 'a window does not wait longer than 30 seconds when the clock is set back',
    a: { lifeMs: -2 * HOUR_MS, refreshable: true },
    steps: [
      [0, 'service', 'goes offline'],
      [0, 'one', 'gets sessions'],
      [1_000, 'clock', { jumpsMs: -HOUR_MS }],
      [1_000, 'service', 'is back'],
      [1_000, 'one', 'gets sessions'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1', 'renew refresh 1'],
  },
  {
    name: 'a session is renewed when the service is back',
    a: OVER,
    steps: [
      [0, 'service', 'goes offline'],
      [0, 'one', 'gets sessions'],
      [10_000, 'service', 'is back'],
      [30_000, 'one', 'gets sessions'],
    ],
    sessions: ['a: access 2'],
    changes: ['changed a'],
    asked: ['renew refresh 1', 'renew refresh 1'],
  },
];

describe('renewal: when, and in which window', () => {
  for (const scenario of SCENARIOS) it(scenario.name, () => play(scenario));
});

describe('a caller that needs a session waits for its renewal', () => {
  it('not at all while the session can be used', async () => {
    const { world, one } = await windows(SOON);
    world.service.takes.renew = 2_000;
    assert.deepEqual(await waited(world, one), [['a: access 1'], 0]);
    await world.clock.advance(2_000);
    assert.deepEqual(await waited(world, one), [['a: access 2'], 0]);
  });

  it('until the renewal has ended, if the session is over', async () => {
    const { world, one } = await windows(OVER);
    world.service.takes.renew = 2_000;
    assert.deepEqual(await waited(world, one), [['a: access 2'], 2_000]);
  });

  it('ten seconds at most, and the renewal continues after that', async () => {
    const { world, one, two } = await windows(OVER);
    world.service.takes.renew = 15_000;
    assert.deepEqual(await waited(world, one), [[], 10_000]);
    assert.deepEqual(await waited(world, two), [['a: access 2'], 5_000]);
  });

  it('until the new token is in memory, and not until a slow storage has it', async () => {
    const { world, one } = await windows(OVER);
    world.storage.writeMs = 3_000;
    assert.deepEqual(await waited(world, one), [['a: access 2'], 0]);
    await world.quiet();
    assert.deepEqual(world.storedLive(), one.sessions.records.configured());
  });

  it('ten seconds, while a dead window still holds the lock', async () => {
    const { world, one, two } = await windows(OVER);
    world.service.takes.renew = 5_000;
    void two.sessions.settle();
    await world.clock.advance(1_000);
    world.kill(two); // its answer is lost
    world.service.takes.renew = 0;
    const asked = [...world.service.asked];
    assert.deepEqual(await waited(world, one), [[], 10_000]);
    assert.deepEqual(world.service.asked, asked, 'the lock is still taken');
  });

  it('until the lock of a dead window is free', async () => {
    const { world, one, two } = await windows(OVER);
    const lock = `grant ${sessionKey(recordOf('a'))}`;
    const holding = two.locks.withLock(lock, two.closed.signal, () => new Promise(() => undefined));
    holding.catch(() => undefined);
    await world.clock.settle();
    world.kill(two); // before it has asked the service
    assert.deepEqual(await waited(world, one), [[], 10_000]);
    await world.clock.advance(10_100);
    assert.deepEqual(await waited(world, one), [['a: access 2'], 0]);
  });
});

describe('renewal: token lifetimes', () => {
  it('a token without a known expiry replaces an expired one, and is not renewed', async () => {
    const { world, one } = await windows(OVER);
    const grant = world.service.grant();
    world.service.renew = () => Promise.resolve({ kind: 'granted', grant });
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
    world.clock.jump(NIGHT_MS);
    assert.deepEqual(await world.sessionsOf(one), ['a: access 2']);
  });

  it('a token that lasts a minute is handed out, and renewed once in its last half', async () => {
    const { world, one } = await windows(OVER);
    world.service.lifeMs = MINUTE_MS;
    const listed = new Set<string>();
    for (let second = 0; second < 300; second++) {
      for (const each of await world.sessionsOf(one)) listed.add(each);
      assert.equal(one.sessions.records.configured().length, 1);
      await world.clock.advance(1_000);
    }
    assert.deepEqual([...listed].slice(0, 3), ['a: access 2', 'a: access 3', 'a: access 4']);
    const { length } = world.service.asked;
    assert.ok(length >= 5 && length <= 11, `one renewal in about 30 seconds, not ${length} in 300`);
  });

  it('a token that is over when it arrives causes one request in ten seconds', async () => {
    const { world, one, two } = await windows(OVER);
    world.service.lifeMs = 0;
    const atMs: number[] = [];
    const renew = world.service.renew.bind(world.service);
    world.service.renew = (grant, signal) => {
      atMs.push(world.clock.ranMs);
      return renew(grant, signal);
    };
    for (let count = 0; count < 100; count++) {
      await world.sessionsOf(count % 2 === 0 ? one : two);
      await world.clock.advance(500);
    }
    assert.deepEqual(atMs, [0, 10_000, 20_000, 30_000, 40_000]);
    assert.deepEqual(world.service.reused, []);
  });

  it('a session ends without a request if its service cannot renew', async () => {
    const { world, one } = await windows(SOON);
    Object.assign(world.service, { renew: undefined });
    assert.deepEqual(await world.sessionsOf(one), ['a: access 1']);
    world.clock.jump(NIGHT_MS);
    assert.deepEqual(await world.sessionsOf(one), []);
    assert.deepEqual(world.changesOf(one), ['removed a']);
  });
});

/** Two windows with the session `a`. */
async function windows(a: typeof OVER): Promise<{ world: SessionWorld; one: Window; two: Window }> {
  const world = new SessionWorld();
  world.have('a', world.service.grant(a));
  return { world, one: await world.ready(), two: await world.ready() };
}

/** The usable sessions of a window, and after how many milliseconds they are there. */
async function waited(world: SessionWorld, window: Window): Promise<[string[], number]> {
  const begunMs = world.clock.ranMs;
  const listed = await world.sessionsOf(window);
  return [listed, world.clock.ranMs - begunMs];
}
