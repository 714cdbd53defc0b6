import assert from 'node:assert/strict';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { hashOf, lookAt } from '../../../../src/storage/node/lockFile.ts';
import { DiskClock } from '../../support/diskClock.ts';
import { hold, LockWorld, wait } from '../../support/lockWorld.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

describe('the lock of a crashed window', () => {
  it('is taken after 20 seconds of waiting, and not before', async (t) => {
    const world = await LockWorld.create(t);
    await world.leave('a');
    const waiting = wait(world.open(), 'a');
    await world.clock.advance(19_900);
    assert.equal(waiting.has, 'to wait');
    await world.clock.advance(300);
    assert.equal(waiting.has, 'worked');
    assert.deepEqual(await readdir(world.folder), []);
    assert.deepEqual(world.log.lines, []);
  });

  it('is taken after 20 seconds of waiting, however long ago the crash was', async (t) => {
    const world = await LockWorld.create(t);
    await world.leave('a');
    await world.clock.advance(HOUR_MS);
    const waiting = wait(world.open(), 'a');
    await world.clock.advance(19_900);
    assert.equal(waiting.has, 'to wait');
    await world.clock.advance(300);
    assert.equal(waiting.has, 'worked');
  });

  it('is taken 20 seconds after the last sign of life', async (t) => {
    const world = await LockWorld.create(t);
    const owner = new DiskClock();
    await hold(world.openFrozen(owner), 'a');
    const waiting = wait(world.open(), 'a');
    for (let seconds = 0; seconds < 60; seconds += 3) {
      await owner.advance(3 * SECOND_MS);
      await world.clock.advance(3 * SECOND_MS);
    }
    await world.clock.advance(16 * SECOND_MS);
    assert.equal(waiting.has, 'to wait');
    await world.clock.advance(5 * SECOND_MS);
    assert.equal(waiting.has, 'worked');
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

  it('is taken when the window that was removing it has crashed, too', async (t) => {
    const world = await LockWorld.create(t);
    await world.leave('a');
    const file = world.fileOf('a');
    const look = await lookAt(file);
    assert.ok(look);
    await writeFile(`${file}.${hashOf(`0 ${look.touchedAtMs} ${look.owner}`)}`, '');
    const waiting = [wait(world.open(), 'a'), wait(world.open(), 'a'), wait(world.open(), 'a')];
    await world.clock.advance(39 * SECOND_MS);
    assert.ok(waiting.every(({ has }) => has === 'to wait'));
    await world.clock.advance(3 * SECOND_MS);
    assert.ok(waiting.every(({ has }) => has === 'worked'));
  });
});

describe('a window that hung, and has lost its lock to another window', () => {
  it('leaves the lock of the other window alone when it goes on', async (t) => {
    const world = await LockWorld.create(t);
    const hungClock = new DiskClock();
    const hung = await hold(world.openFrozen(hungClock), 'a');
    const other = hold(world.open(), 'a');
    await world.clock.advance(21 * SECOND_MS);
    const othersLock = await other;
    const before = await lookAt(world.fileOf('a'));
    await hungClock.advance(10 * SECOND_MS);
    assert.deepEqual(await lookAt(world.fileOf('a')), before, 'no sign of life for the wrong lock');
    await hung.release();
    assert.deepEqual(await lookAt(world.fileOf('a')), before);
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
    it(`is judged by signs of life only, also when its file is from ${year}`, async (t) => {
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

describe('what a start sweeps', () => {
  const DAY_AGO = (world: LockWorld): Date => new Date(world.clock.now() - 25 * HOUR_MS);

  it('is every old file but the one of what was told', async (t) => {
    const world = await LockWorld.create(t);
    await world.leave('a');
    const lock = world.fileOf('a');
    const names = [
      lock,
      `${lock}.0123456789abcdef`,
      `${world.folder}/told.json`,
      `${world.folder}/told.json.1.tmp`,
    ];
    for (const name of names) {
      if (name !== lock) await writeFile(name, '{}');
      await utimes(name, DAY_AGO(world), DAY_AGO(world));
    }
    await writeFile(`${world.folder}/young`, '');
    const now = new Date(world.clock.now());
    await utimes(`${world.folder}/young`, now, now);
    world.open();
    await world.clock.advance(21 * SECOND_MS);
    assert.deepEqual(await readdir(world.folder), ['told.json', 'young']);
    assert.deepEqual(world.log.lines, []);
  });

  it('is no lock of a window that works, although the clock has jumped by a year', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const owner = await readFile(world.fileOf('a'), 'utf8');
    await utimes(world.fileOf('a'), DAY_AGO(world), DAY_AGO(world));
    world.clock.jump(24 * 365 * HOUR_MS);
    world.open();
    await world.clock.advance(60 * SECOND_MS);
    assert.equal(await readFile(world.fileOf('a'), 'utf8'), owner);
    await held.release();
    await world.clock.advance(SECOND_MS);
    assert.deepEqual(await readdir(world.folder), []);
  });

  it('ends without a line in the log when the window closes', async (t) => {
    const world = await LockWorld.create(t);
    await world.leave('a');
    await utimes(world.fileOf('a'), DAY_AGO(world), DAY_AGO(world));
    const closed = new AbortController();
    world.open(closed.signal);
    await world.clock.advance(SECOND_MS);
    closed.abort(new Error('closed'));
    await world.clock.settle();
    assert.equal(world.clock.pending, 0);
    assert.deepEqual(world.log.lines, []);
  });
});
