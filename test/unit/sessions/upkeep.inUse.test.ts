import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Grant, VerifyResult } from '../../../src/services/service.ts';
import type { FakeClock } from '../support/fakeClock.ts';
import { FakeService } from '../support/fakeService.ts';
import { recordOf } from '../support/record.ts';
import { worldOf } from '../support/sessionWorld.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Like better-auth, extends a session that is older than `updateAgeMs`, and ends one that nobody uses. */
class SlidingService extends FakeService {
  readonly asks: number[] = [];
  /** Whom the service was asked about. */
  readonly subjects: (string | undefined)[] = [];
  readonly #clock: FakeClock;
  readonly #lifeMs: number;
  readonly #updateAgeMs: number;
  #slidMs: number;

  constructor(clock: FakeClock, lifeMs: number, updateAgeMs: number) {
    super(clock);
    this.#clock = clock;
    this.#lifeMs = lifeMs;
    this.#updateAgeMs = updateAgeMs;
    this.#slidMs = clock.now();
  }

  override async verify(grant: Grant, signal: AbortSignal, subject?: string): Promise<VerifyResult> {
    this.subjects.push(subject);
    return super.verify(grant, signal);
  }

  override async extend(grant: Grant, signal: AbortSignal, subject?: string): Promise<VerifyResult> {
    const nowMs = this.#clock.now();
    this.asks.push(nowMs);
    this.subjects.push(subject);
    if (nowMs >= this.#slidMs + this.#lifeMs) this.reject(grant.accessToken);
    if (nowMs >= this.#slidMs + this.#updateAgeMs) this.#slidMs = nowMs;
    this.extendedMs = this.#slidMs + this.#lifeMs - nowMs;
    return super.extend(grant, signal);
  }
}

/** The user comes back to the window every `everyMs`, for 30 lifetimes. Returns how long the session could be used. */
async function use(lifeMs: number, updateAgeMs: number, everyMs: number): Promise<[number, SlidingService]> {
  const [world, service] = worldOf((clock) => new SlidingService(clock, lifeMs, updateAgeMs));
  const { clock } = world;
  const beganMs = clock.now();
  world.have('a', service.grant({ lifeMs }), { signedInAtMs: beganMs, grantedAtMs: beganMs });
  const window = await world.ready();
  while (clock.now() - beganMs < 30 * lifeMs && (await world.sessionsOf(window)).length > 0) {
    clock.jump(everyMs);
    await world.comeBackTo(window);
    await world.quiet();
  }
  return [clock.now() - beganMs, service];
}

/** The lifetime of a session, the age from which the server extends it, and how often the user comes back. */
const ROWS: [lifeMs: number, updateAgeMs: number, everyMs: number, name: string][] = [
  [12 * HOUR, HOUR, HOUR, '12 hours, extended after one, with the user back every hour'],
  [
    12 * HOUR,
    11 * HOUR,
    30 * MINUTE,
    '12 hours, extended in the last one, with the user back every half hour',
  ],
  [24 * HOUR, HOUR, HOUR, 'a day, extended after an hour, with the user back every hour'],
  [HOUR, 10 * MINUTE, 10 * MINUTE, 'an hour, extended after ten minutes, with the user back as often'],
  [7 * DAY, DAY, DAY, 'seven days, extended after one, with the user back every day'],
  [2 * MINUTE, 0, MINUTE / 6, 'two minutes, extended at any age, with the user back every ten seconds'],
];

describe('a session that is in use', () => {
  for (const [lifeMs, updateAgeMs, everyMs, name] of ROWS)
    it(`continues for 30 lifetimes if it lasts ${name}`, async () => {
      const [usedMs, { asks }] = await use(lifeMs, updateAgeMs, everyMs);
      assert.ok(usedMs >= 30 * lifeMs, `it ended after ${usedMs / HOUR} hours`);
      for (const [index, atMs] of asks.entries())
        assert.ok(atMs - (asks[index - 1] ?? -Infinity) >= MINUTE, 'a minute apart at least');
    });

  it('ends if the user does not come back in time', async () => {
    const [usedMs] = await use(12 * HOUR, HOUR, 13 * HOUR);
    assert.ok(usedMs < 14 * HOUR);
  });
});

describe('the person of a session', () => {
  for (const [name, person, subject] of [
    ['is named to the service', {}, 'user-1'],
    ['is not named while the service has not said who it is', { provisional: 'user' }, undefined],
  ] as const)
    it(name, async () => {
      const [world, service] = worldOf((clock) => new SlidingService(clock, DAY, HOUR));
      const atMs = world.clock.now() - 12 * HOUR;
      world.have('a', service.grant({ lifeMs: 12 * HOUR }), {
        signedInAtMs: atMs,
        grantedAtMs: atMs,
        person: { ...recordOf('a').person, ...person },
      });
      const window = await world.ready();
      await world.comeBackTo(window);
      await world.quiet();
      assert.deepEqual(service.subjects, [subject], 'to extend it');
      await world.clock.run(window.sessions.verification.verify('a', window.closed.signal));
      assert.deepEqual(service.subjects, [subject, subject], 'to verify it');
    });
});
