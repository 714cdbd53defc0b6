import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FakeClock } from './fakeClock.ts';
import { FakeLocks, type FakeWindowLocks } from './fakeLocks.ts';
import { hold, wait } from './lockWorld.ts';

function world(): { clock: FakeClock; locks: FakeLocks; one: FakeWindowLocks; two: FakeWindowLocks } {
  const clock = new FakeClock();
  const locks = new FakeLocks(clock);
  return { clock, locks, one: locks.window(), two: locks.window() };
}

describe('the locks of a test', () => {
  it('hand on an item name from window to window', async () => {
    const { locks, one, two } = world();
    const first = await hold(one, 'a');
    assert.deepEqual([first.handedOn, await first.isHeld()], [undefined, true]);
    first.handOn('x.1');
    await first.release();
    assert.equal(await first.isHeld(), false);
    const second = await hold(two, 'a');
    await second.release();
    assert.deepEqual([second.handedOn, locks.handedOn('a')], ['x.1', 'x.1']);
  });

  const stops: Record<string, (window: FakeWindowLocks) => void> = {
    'has died': (window) => {
      window.die();
    },
    'is frozen': (window) => {
      window.freeze();
    },
  };
  for (const [what, stop] of Object.entries(stops))
    it(`are taken from a window that ${what}, after 20 seconds`, async () => {
      const { clock, locks, one, two } = world();
      const held = await hold(one, 'a');
      held.handOn('x.1');
      stop(one);
      const waiting = wait(two, 'a');
      await clock.advance(19_900);
      assert.deepEqual([waiting.has, await held.isHeld()], ['to wait', true]);
      await clock.advance(200);
      assert.deepEqual([waiting.has, await held.isHeld()], ['worked', false]);
      await held.release();
      assert.equal(locks.handedOn('a'), undefined);
    });

  it('stay with a window that was frozen for less', async () => {
    const { clock, one } = world();
    const held = await hold(one, 'a');
    for (let times = 0; times < 3; times++) {
      one.freeze();
      await clock.advance(15_000);
      one.thaw();
      await clock.advance(1_000);
    }
    await clock.advance(60_000);
    assert.equal(await held.isHeld(), true);
  });

  it('are lost by a window that takes them while it is frozen', async () => {
    const { clock, one } = world();
    one.freeze();
    const held = await hold(one, 'a');
    await clock.advance(20_000);
    assert.equal(await held.isHeld(), false);
  });

  it('lock out no other window while the folder cannot be used', async () => {
    const { locks, one, two } = world();
    locks.isUsable = false;
    const held = [await hold(one, 'a'), await hold(two, 'a')];
    for (const each of held) assert.equal(await each.isHeld(), false);
    const waiting = wait(one, 'a');
    await Promise.all(held.map((each) => each.release()));
    await waiting.settled;
    assert.equal(waiting.has, 'worked');
  });
});
