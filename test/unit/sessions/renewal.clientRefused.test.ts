import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { play, type Scenario } from '../support/sessionScenario.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const MINUTE_MS = 60_000;
/** A session in its last five minutes. It is not handed out in its last 60 seconds. */
const SOON = { lifeMs: 4 * MINUTE_MS, refreshable: true };
const REFUSED = [0, 'service', 'refuses the client'] as const;

const SCENARIOS: Scenario[] = [
  {
    name: 'a session is still handed out, and each window asks once',
    a: SOON,
    steps: [
      REFUSED,
      [0, 'one', 'gets sessions'],
      [40_000, 'one', 'gets sessions'],
      [80_000, 'two', 'gets sessions'],
      [120_000, 'one', 'gets sessions'],
    ],
    sessions: ['a: access 1'],
    asked: ['renew refresh 1', 'renew refresh 1'],
  },
  {
    name: 'a session is not handed out in its last moments, but has not ended yet',
    a: SOON,
    steps: [
      REFUSED,
      [0, 'one', 'gets sessions'],
      [200_000, 'one', 'gets sessions'],
      [200_000, 'two', 'gets sessions'],
    ],
    sessions: [],
    asked: ['renew refresh 1', 'renew refresh 1'],
  },
  {
    name: 'a session ends as expired after its expiry',
    a: SOON,
    steps: [REFUSED, [0, 'one', 'gets sessions'], [4 * MINUTE_MS, 'one', 'gets sessions']],
    sessions: [],
    changes: ['removed a'],
    asked: ['renew refresh 1'],
  },
  {
    name: 'a session whose access token is rejected waits, and is not handed out',
    a: { refreshable: true },
    steps: [
      REFUSED,
      [0, 'service', { rejects: ['access 1'] }],
      [0, 'one', 'verifies'],
      [60_000, 'one', 'gets sessions'],
    ],
    sessions: [],
    changes: ['changed a'],
    asked: ['verify access 1', 'renew refresh 1'],
  },
];

describe('renewal: the service refuses the client', () => {
  for (const scenario of SCENARIOS) it(scenario.name, () => play(scenario));

  it('the user is told once before the end, and once at it', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant(SOON));
    world.service.refusesClient = true;
    const window = await world.ready(true);
    await world.clock.advance(3 * MINUTE_MS);
    assert.deepEqual(world.notices(), ['ends soon a']);
    await world.clock.advance(2 * MINUTE_MS);
    assert.deepEqual(world.notices(), ['ends soon a', 'ended a']);
    assert.equal(window.sessions.records.ended()[0]?.reason, 'expired');
  });

  it('a session ends when it expires, and not a moment later', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant(SOON));
    world.service.refusesClient = true;
    const window = await world.ready();
    await world.sessionsOf(window);
    await world.clock.advance(4 * MINUTE_MS - 1);
    await world.sessionsOf(window);
    assert.equal(window.store.get('a')?.state, 'live');
    await world.clock.advance(1);
    await world.sessionsOf(window);
    assert.equal(window.store.get('a')?.state, 'ended');
  });

  it('a new sign-in shows that the client is accepted, and can be renewed again', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant(SOON));
    world.service.refusesClient = true;
    const window = await world.ready();
    await world.sessionsOf(window);
    world.service.refusesClient = false;
    await world.clock.run(world.signIn(window, world.service.grant(SOON)));
    await world.clock.advance(3.5 * MINUTE_MS);
    assert.deepEqual(await world.sessionsOf(window), ['a: access 3']);
  });

  it('a session that such a window ends while another one renews it continues with the new token', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant(SOON));
    world.service.refusesClient = true;
    const [refused, other] = [await world.ready(), await world.ready()];
    await world.sessionsOf(refused);
    world.service.refusesClient = false;
    world.service.takes.renew = 2_000;
    await world.clock.advance(4 * MINUTE_MS - 1_000);
    const renewing = other.sessions.settle();
    await world.clock.advance(1_000);
    assert.deepEqual(await world.sessionsOf(refused), []);
    assert.equal(refused.store.get('a')?.state, 'ended');
    await world.clock.run(renewing);
    await world.quiet();
    for (const window of [refused, other]) assert.deepEqual(await world.sessionsOf(window), ['a: access 2']);
  });

  it('the refusal is logged once, without a token', async () => {
    const world = new SessionWorld();
    world.have('a', world.service.grant(SOON));
    world.service.refusesClient = true;
    const window = await world.ready();
    await world.sessionsOf(window);
    await world.clock.advance(MINUTE_MS);
    await world.sessionsOf(window);
    assert.deepEqual(window.log.lines, [
      'warn Test Identity does not accept this client ID. It is not asked for a new token again.',
    ]);
  });
});
