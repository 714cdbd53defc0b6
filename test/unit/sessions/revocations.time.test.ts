import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  HOUR_MS,
  KINDS,
  RevocationWorld,
  type RevocationWindow,
  SECOND_MS,
} from '../support/revocationWorld.ts';

const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

type Step = (world: RevocationWorld, window: RevocationWindow) => Promise<unknown> | undefined;

/** What happens to the clock and to the windows. Afterwards the secret is gone, or it is not. */
const TIMES: [what: string, step: Step, isGone: boolean][] = [
  ['an open window, after 72 hours', ({ clock }) => clock.advance(72 * HOUR_MS), true],
  [
    'a laptop that sleeps until shortly before',
    async ({ clock }) => {
      await clock.advance(MINUTE_MS);
      clock.jump(72 * HOUR_MS - 5 * MINUTE_MS);
      await clock.advance(MINUTE_MS);
    },
    false,
  ],
  [
    'a laptop that sleeps for 3 days',
    async ({ clock }) => {
      await clock.advance(MINUTE_MS); // the window has looked once
      clock.jump(3 * DAY_MS);
      await clock.advance(MINUTE_MS);
    },
    true,
  ],
  [
    'a window that opens after 3 days',
    async (world, window) => {
      await world.kill(window);
      world.clock.jump(3 * DAY_MS);
      await world.open();
      await world.clock.advance(MINUTE_MS);
    },
    true,
  ],
  [
    'windows that are open for an hour a day',
    async (world, window) => {
      for (let day = 1, last = window; day <= 3; day++) {
        await world.kill(last);
        world.clock.jump(DAY_MS - HOUR_MS);
        last = await world.open();
        await world.clock.advance(HOUR_MS);
      }
    },
    true,
  ],
  [
    'a clock that the network sets back by less than a minute',
    async ({ clock }, { all }) => {
      clock.jump(-50 * SECOND_MS);
      await clock.run(all.revocations.deliver());
    },
    false,
  ],
  [
    'a clock that is set back by its time zone right after',
    async ({ clock }) => {
      clock.jump(-14 * HOUR_MS);
      await clock.advance(MINUTE_MS);
    },
    false,
  ],
  [
    'a clock that is set back by two days right after',
    async ({ clock }) => {
      clock.jump(-48 * HOUR_MS);
      await clock.advance(MINUTE_MS);
    },
    true,
  ],
  [
    'a clock that starts anew in 1970',
    async ({ clock }) => {
      clock.jump(-clock.now());
      await clock.advance(MINUTE_MS);
    },
    true,
  ],
  [
    'a clock that is set back again and again, after 72 hours in one window',
    async ({ clock }) => {
      for (let hour = 0; hour < 72; hour++) {
        await clock.advance(HOUR_MS);
        clock.jump(-50 * MINUTE_MS);
      }
      await clock.advance(MINUTE_MS);
    },
    true,
  ],
  [
    'a clock that stands still for 10 hours',
    async ({ clock }) => {
      for (let hour = 0; hour < 10; hour++) {
        await clock.advance(HOUR_MS);
        clock.jump(-HOUR_MS);
      }
    },
    false,
  ],
];

/** Most of the 72 hours pass while the laptop sleeps, and the rest while it runs. */
async function almostOver({ clock }: RevocationWorld): Promise<void> {
  clock.jump(71 * HOUR_MS);
  await clock.advance(HOUR_MS);
}

for (const kind of KINDS)
  describe(`the 72 hours of a revocation (${kind})`, () => {
    for (const [what, step, isGone] of TIMES)
      it(`${isGone ? 'are over' : 'are not over'} for ${what}`, async () => {
        const world = new RevocationWorld(kind);
        const { window, grant } = await world.signedOut();
        assert.ok(world.everything().includes(grant.accessToken));
        await step(world, window);
        assert.equal(world.waiting().length, isGone ? 0 : 1);
        assert.equal(
          world.everything().includes(grant.accessToken),
          !isGone,
          'the token is stored somewhere',
        );
        if (!isGone) return;
        world.server.between = undefined;
        world.server.sent.length = 0;
        await world.clock.advance(2 * HOUR_MS);
        assert.deepEqual(world.server.sent, [], 'it is not sent any more');
      });

    for (const [what, jumpMs] of [
      ['ahead', 100 * DAY_MS],
      ['back', -100 * DAY_MS],
    ] as const)
      it(`do not end by a clock that jumps ${what} before a last attempt`, async () => {
        const world = new RevocationWorld(kind);
        await world.signedOut();
        await world.clock.advance(MINUTE_MS);
        world.server.between = undefined;
        world.clock.jump(jumpMs);
        await world.clock.advance(MINUTE_MS);
        assert.deepEqual([[...world.server.good], world.waiting()], [[], []]);
      });

    it('end with a word in the log, and with no message', async () => {
      const world = new RevocationWorld(kind);
      const { window } = await world.signedOut();
      window.notices.length = 0;
      await almostOver(world);
      const lines = window.log.lines.filter((line) => line.includes('too old'));
      assert.deepEqual(lines, ['warn A revocation is too old, so it is deleted, delivered or not.']);
      assert.deepEqual(window.notices, []);
    });

    it('end also while nothing may be sent', async () => {
      for (const hinder of [
        (world: RevocationWorld) => void (world.isSigningIn = () => Promise.resolve(true)),
        (world: RevocationWorld) => void (world.storage.readFailure = new Error('a message')),
        (world: RevocationWorld) => void (world.locks.isUsable = false),
      ]) {
        const world = new RevocationWorld(kind);
        const { grant } = await world.signedOut();
        hinder(world);
        await almostOver(world);
        assert.deepEqual(world.waiting(), []);
        assert.ok(!world.everything().includes(grant.accessToken));
      }
    });

    it('leave nothing, and the marks of what is over are deleted an hour later', async () => {
      const world = new RevocationWorld(kind);
      await world.signedOut();
      await almostOver(world);
      assert.deepEqual([...world.revocations.stored.values()], ['']);
      await world.clock.advance(3 * HOUR_MS);
      assert.equal(world.revocations.stored.size, 0);
    });
  });
