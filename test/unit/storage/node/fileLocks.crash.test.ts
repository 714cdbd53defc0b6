import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, utimes } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { readSnapshot } from '../../../../src/storage/node/lockFile.ts';
import { DiskClock } from '../../support/diskClock.ts';
import {
  hold,
  LockWorld,
  ownerElsewhere,
  ownerHere,
  STALE_ALIVE_MS,
  STALE_MS,
  wait,
} from '../../support/lockWorld.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

describe('the lock of a crashed window', () => {
  const { pid: ended } = spawnSync(process.execPath, ['--eval', '']);
  const rows: Record<string, [owner: () => string, afterMs: number]> = {
    'whose process has ended, at once': [() => ownerHere(ended), 0],
    'in another container, after 20 seconds of waiting': [ownerElsewhere, STALE_MS],
    'with nothing in its file yet, after 20 seconds of waiting': [() => '', STALE_MS],
    'whose process id belongs to another process by now, after 60 seconds of waiting': [
      () => ownerHere(process.ppid),
      STALE_ALIVE_MS,
    ],
  };
  for (const [what, [owner, afterMs]] of Object.entries(rows))
    for (const sinceMs of [0, HOUR_MS])
      it(`is taken from a window ${what}${sinceMs === 0 ? '' : ', however long ago the crash was'}`, async (t) => {
        const world = await LockWorld.create(t);
        await world.leave('a', owner());
        await world.clock.advance(sinceMs);
        const waiting = wait(world.open(), 'a');
        await world.clock.advance(Math.max(0, afterMs - 100));
        if (afterMs > 0) assert.equal(waiting.has, 'to wait');
        await world.clock.advance(300);
        assert.equal(waiting.has, 'worked');
        assert.deepEqual(await readdir(world.folder), []);
        assert.deepEqual(world.log.lines, []);
      });

  it('goes to one of several waiting windows, and from it to the others in turn', async (t) => {
    const world = await LockWorld.create(t);
    await world.leave('a');
    let running = 0;
    const begunAtMs: number[] = [];
    const work = async (): Promise<void> => {
      begunAtMs.push(world.clock.ranMs);
      assert.equal(++running, 1);
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      running--;
    };
    const windows = Array.from({ length: 6 }, () => world.open());
    await world.clock.run(Promise.all(windows.map((window) => window.withLock('a', NEVER, work))));
    assert.equal(begunAtMs.length, 6);
    assert.ok(
      begunAtMs.every((ms) => ms < 22_000),
      'the others do not wait for 20 seconds again',
    );
    assert.deepEqual(await readdir(world.folder), []);
  });
});

describe('a window that hung and lost its lock to another window', () => {
  it('leaves the lock of the other window alone when it continues', async (t) => {
    const world = await LockWorld.create(t);
    const hungClock = new DiskClock();
    const hung = await hold(world.openFrozen(hungClock), 'a');
    const other = hold(world.open(), 'a');
    await world.clock.advance(61 * SECOND_MS);
    const othersLock = await other;
    const before = await readSnapshot(world.fileOf('a'));
    await hungClock.advance(10 * SECOND_MS);
    assert.deepEqual(await readSnapshot(world.fileOf('a')), before, 'no sign of life for the wrong lock');
    await hung.release();
    assert.deepEqual(await readSnapshot(world.fileOf('a')), before);
    await othersLock.release();
    assert.deepEqual(world.log.lines, []);
  });
});

describe('a lock and the clock', () => {
  it('is not taken from a live window by jumps of the clock', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const waiting = wait(world.open(), 'a');
    for (const hours of [5, -9, 24 * 400, -24 * 800, 8]) {
      world.clock.jump(hours * HOUR_MS);
      await world.clock.advance(10 * SECOND_MS);
    }
    assert.equal(waiting.has, 'to wait');
    await held.release();
    await world.clock.run(waiting.settled);
    assert.equal(waiting.has, 'worked');
  });

  it('is not taken from a live window when a laptop sleeps', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const waiting = wait(world.open(), 'a');
    for (let nights = 0; nights < 3; nights++) {
      await world.clock.advance(2_900); // just before a sign of life
      world.clock.jump(12 * HOUR_MS);
    }
    await world.clock.advance(15 * SECOND_MS);
    assert.equal(waiting.has, 'to wait');
    await held.release();
  });

  it('is taken from a crashed window after 20 seconds whatever the clock does', async (t) => {
    const world = await LockWorld.create(t);
    await world.leave('a');
    const waiting = wait(world.open(), 'a');
    for (const hours of [5, -9, 24 * 400, -24 * 800]) {
      world.clock.jump(hours * HOUR_MS);
      await world.clock.advance(4_900);
      assert.equal(waiting.has, 'to wait');
    }
    await world.clock.advance(SECOND_MS);
    assert.equal(waiting.has, 'worked');
  });

  for (const year of [1980, 2100])
    it(`is judged by signs of life only, even if its file is from ${year}`, async (t) => {
      const world = await LockWorld.create(t);
      const held = await hold(world.open(), 'live');
      await world.leave('left');
      const then = new Date(Date.UTC(year, 0));
      for (const name of ['live', 'left']) await utimes(world.fileOf(name), then, then);
      const [live, left] = [wait(world.open(), 'live'), wait(world.open(), 'left')];
      await world.clock.advance(30 * SECOND_MS);
      assert.equal(live.has, 'to wait');
      assert.equal(left.has, 'worked');
      await held.release();
    });
});
