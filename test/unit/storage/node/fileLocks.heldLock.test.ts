import assert from 'node:assert/strict';
import fs, { readdir, rm, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { WindowLocks } from '../../../../src/sessions/ports.ts';
import { DiskClock } from '../../support/diskClock.ts';
import { hold, LockWorld, ownerElsewhere, STALE_ALIVE_MS, wait } from '../../support/lockWorld.ts';
import { replaceFs } from '../../support/replacedFs.ts';

const ITEM = '6f1c3c9e-0000-4000-8000-000000000000.1-2-0.0123456789abcdef';

/** Takes the lock and hands on a name, if there is one. Returns the name that was handed on before. */
function handOn(locks: WindowLocks, ...next: string[]): Promise<string | undefined> {
  return locks.withLock('a', NEVER, (lock) => {
    for (const each of next) lock.handOn(each);
    return Promise.resolve(lock.handedOn);
  });
}

describe('an item name that is handed on', () => {
  it('reaches the next owner in any window, until another one is handed on', async (t) => {
    const world = await LockWorld.create(t);
    const [one, two] = [world.open(), world.open()];
    assert.equal(await handOn(one, 'x.1', ITEM), undefined);
    assert.equal(await handOn(two), ITEM);
    assert.equal(await handOn(one), ITEM, 'an owner that hands on nothing does not end it');
    assert.equal(await handOn(two, 'x.2'), ITEM);
    assert.equal(await handOn(world.open(), 'x.2'), 'x.2');
    assert.equal(await handOn(one), 'x.2');
    assert.equal((await readdir(world.folder)).length, 1);
    assert.equal(await one.withLock('b', NEVER, ({ handedOn }) => Promise.resolve(handedOn)), undefined);
    assert.deepEqual(world.log.lines, []);
  });

  it('is also handed on by work that fails', async (t) => {
    const world = await LockWorld.create(t);
    const work = world.open().withLock('a', NEVER, (lock) => {
      lock.handOn(ITEM);
      return Promise.reject(new Error('failed'));
    });
    await assert.rejects(work);
    assert.equal(await handOn(world.open()), ITEM);
  });

  it('stays when the next owner crashes', async (t) => {
    const world = await LockWorld.create(t);
    await handOn(world.open(), ITEM);
    await world.leave('a');
    assert.equal(await world.clock.run(handOn(world.open())), ITEM);
  });

  it('never comes from a window that has lost its lock', async (t) => {
    const world = await LockWorld.create(t);
    const hung = await hold(world.openFrozen(), 'a');
    hung.handOn('x.1');
    const other = hold(world.open(), 'a');
    await world.clock.advance(STALE_ALIVE_MS + 1_000);
    (await other).handOn('x.2');
    await hung.release();
    await (await other).release();
    assert.equal(await handOn(world.open()), 'x.2');
    assert.equal((await readdir(world.folder)).length, 1);
  });

  it('stays within its window when the folder cannot be used', async (t) => {
    const world = await LockWorld.create(t);
    await writeFile(world.folder, 'a file in the place of the folder');
    const [one, two] = [world.open(), world.open()];
    await world.clock.run(handOn(one, ITEM));
    assert.equal(await world.clock.run(handOn(one)), ITEM);
    assert.equal(await world.clock.run(handOn(two)), undefined);
  });
});

describe('a lock', () => {
  it('is held as long as the work takes', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const waiting = wait(world.open(), 'a');
    for (let seconds = 0; seconds < 100; seconds += 10) {
      assert.equal(await held.isHeld(), true);
      await world.clock.advance(10_000);
    }
    assert.equal(waiting.has, 'to wait');
    await held.release();
    assert.equal(await held.isHeld(), false);
    await world.clock.run(waiting.settled);
  });

  it('is not held by a window that hung while another one worked, even if that one is done', async (t) => {
    const world = await LockWorld.create(t);
    const hungClock = new DiskClock();
    const hung = await hold(world.openFrozen(hungClock), 'a');
    const waiting = wait(world.open(), 'a');
    await world.clock.advance(STALE_ALIVE_MS - 100);
    assert.equal(waiting.has, 'to wait');
    await world.clock.advance(300);
    assert.deepEqual([waiting.has, await hung.isHeld()], ['worked', false]);
    await hungClock.advance(10_000);
    assert.equal(await hung.isHeld(), false);
    await hung.release();
    assert.deepEqual(await readdir(world.folder), []);
  });

  it('stays with a window that hung and has checked that it still holds it, while it does its work', async (t) => {
    const world = await LockWorld.create(t);
    const hung = await hold(world.openFrozen(), 'a');
    const waiting = wait(world.open(), 'a');
    await world.clock.advance(STALE_ALIVE_MS - 1_000);
    assert.equal(await hung.isHeld(), true);
    await world.clock.advance(STALE_ALIVE_MS - 1_000);
    assert.equal(waiting.has, 'to wait');
    await world.clock.advance(2_000);
    assert.equal(waiting.has, 'worked');
  });

  const losses: Record<string, (world: LockWorld) => Promise<unknown>> = {
    'whose file is gone': (world) => rm(world.fileOf('a')),
    'whose file has another owner': (world) => writeFile(world.fileOf('a'), ownerElsewhere()),
    'whose file is empty': (world) => writeFile(world.fileOf('a'), ''),
    'whose folder is gone': (world) => rm(world.folder, { recursive: true }),
    'whose folder cannot be read': async (world) => {
      await rm(world.folder, { recursive: true });
      await writeFile(world.folder, 'a file in the place of the folder');
    },
  };
  for (const [what, lose] of Object.entries(losses))
    it(`is not held ${what}`, async (t) => {
      const world = await LockWorld.create(t);
      const held = await hold(world.open(), 'a');
      await lose(world);
      assert.equal(await held.isHeld(), false);
      await held.release();
    });
});

describe('a lock that is taken while its owner looks at it', () => {
  it('is not held', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const works = fs.utimes;
    const end = replaceFs(t, 'utimes', async (...args) => {
      await writeFile(world.fileOf('a'), ownerElsewhere());
      await works(...args);
    });
    assert.equal(await held.isHeld(), false);
    end();
    await held.release();
  });
});

describe('a lock whose folder cannot be listed', () => {
  it('is held all the same, and hands on nothing, which is logged', async (t) => {
    const world = await LockWorld.create(t);
    const locks = world.open();
    await handOn(locks, ITEM);
    const end = replaceFs(t, 'readdir', () =>
      Promise.reject(Object.assign(new Error('a message'), { code: 'EACCES' })),
    );
    const holding = hold(locks, 'a');
    await world.clock.advance(1_000);
    end();
    const held = await Promise.race([holding, nextTurn(undefined)]);
    assert.ok(held !== undefined, 'it has the lock at once');
    assert.deepEqual([held.handedOn, await held.isHeld()], [undefined, true]);
    await held.release();
    assert.deepEqual(world.log.lines, [
      'warn Other windows can be neither locked out nor told what this one does: Error EACCES.',
    ]);
  });
});

describe('the owner of a lock', () => {
  /** Returns whether a waiting window gets the lock while its owner works for 65 seconds. */
  async function loses(world: LockWorld, roundTrip: () => Promise<unknown>): Promise<boolean> {
    const held = await hold(world.open({ roundTrip }), 'a');
    const waiting = wait(world.open(), 'a');
    await world.clock.advance(STALE_ALIVE_MS + 5_000);
    const has = await held.isHeld();
    assert.equal(has, waiting.has === 'to wait');
    await held.release();
    await world.clock.run(waiting.settled);
    assert.equal(world.clock.pending, 0, 'no timer is left');
    return !has;
  }

  it('keeps the lock while VS Code answers, however slowly', async (t) => {
    const world = await LockWorld.create(t);
    const roundTrip = (): Promise<void> =>
      new Promise((resolve) => {
        world.clock.at(world.clock.ranMs + 40_000, resolve);
      });
    assert.equal(await loses(world, roundTrip), false);
    assert.deepEqual(world.log.lines, []);
  });

  it('keeps the lock when VS Code fails to answer once', async (t) => {
    const world = await LockWorld.create(t);
    let times = 0;
    const roundTrip = (): Promise<unknown> =>
      ++times % 2 === 0 ? Promise.resolve() : Promise.reject(new Error('a message'));
    assert.equal(await loses(world, roundTrip), false);
    assert.equal(world.log.lines[0], 'warn A lock could not be kept alive: Error.');
  });

  it('loses the lock when its browser tab is gone, so VS Code does not answer', async (t) => {
    const world = await LockWorld.create(t);
    assert.equal(await loses(world, () => new Promise(() => undefined)), true);
    assert.deepEqual(world.log.lines, []);
  });

  it('loses the lock when VS Code answers with errors', async (t) => {
    const world = await LockWorld.create(t);
    assert.equal(await loses(world, () => Promise.reject(new Error('disposed'))), true);
    const thrown = (): never => {
      throw new Error('disposed');
    };
    assert.equal(await loses(world, thrown), true);
  });
});
