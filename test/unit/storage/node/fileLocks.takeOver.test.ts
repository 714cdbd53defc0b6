import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { HeldElsewhereError, type HeldLock, type WindowLocks } from '../../../../src/sessions/ports.ts';
import { readSnapshot } from '../../../../src/storage/node/lockFile.ts';
import { LockWorld, ownerElsewhere, ownerHere, type TakenLock } from '../../support/lockWorld.ts';

const STALE_AFTER_MS = 10_000;

/** Takes a lock for work that another window may continue. */
async function hold(locks: WindowLocks): Promise<TakenLock> {
  const begun = Promise.withResolvers<HeldLock>();
  const end = Promise.withResolvers<undefined>();
  const work = (lock: HeldLock): Promise<undefined> => {
    begun.resolve(lock);
    return end.promise;
  };
  const done = locks.withLock('a', NEVER, work, STALE_AFTER_MS);
  done.catch(begun.reject);
  return {
    ...(await begun.promise),
    release: async () => {
      end.resolve(undefined);
      await done;
    },
  };
}

/** Asks for that lock, and records the outcome and when it came. */
function wait(world: LockWorld, locks: WindowLocks): { has: string; atMs: number } {
  const waiting = { has: 'to wait', atMs: 0 };
  const end = (has: string): void => {
    Object.assign(waiting, { has, atMs: world.clock.ranMs });
  };
  locks
    .withLock(
      'a',
      NEVER,
      () => {
        end('worked');
        return Promise.resolve();
      },
      STALE_AFTER_MS,
    )
    .catch((error: unknown) => {
      end(error instanceof HeldElsewhereError ? 'held elsewhere' : 'failed');
    });
  return waiting;
}

describe('a lock for work that another window may continue', () => {
  it('is refused as soon as its owner shows life', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open());
    const waiting = wait(world, world.open());
    await world.clock.advance(2_900);
    assert.equal(waiting.has, 'to wait');
    await world.clock.advance(300);
    assert.equal(waiting.has, 'held elsewhere');
    assert.equal(await held.isHeld(), true);
    await held.release();
    assert.deepEqual(await readdir(world.folder), []);
    assert.equal(world.clock.pending, 0, 'no timer is left');
    assert.deepEqual(world.log.lines, []);
  });

  const { pid: ended } = spawnSync(process.execPath, ['--eval', '']);
  const rows: Record<string, [owner: () => string, afterMs: number]> = {
    'whose process has ended, at once': [() => ownerHere(ended), 0],
    'in another container, after ten seconds': [ownerElsewhere, STALE_AFTER_MS],
    'with nothing in its file, after ten seconds': [() => '', STALE_AFTER_MS],
    'whose process id belongs to another process by now, after ten seconds': [
      () => ownerHere(process.ppid),
      STALE_AFTER_MS,
    ],
  };
  for (const [what, [owner, afterMs]] of Object.entries(rows))
    it(`is taken from a window ${what}`, async (t) => {
      const world = await LockWorld.create(t);
      await world.leave('a', owner());
      const waiting = wait(world, world.open());
      await world.clock.advance(Math.max(0, afterMs - 100));
      if (afterMs > 0) assert.equal(waiting.has, 'to wait');
      await world.clock.advance(300);
      assert.equal(waiting.has, 'worked');
    });

  const silences: Record<string, (world: LockWorld) => WindowLocks> = {
    'whose VS Code never answers, as after its tab is gone': (world) =>
      world.open({ roundTrip: () => new Promise(() => undefined) }),
    'whose VS Code answers with errors': (world) =>
      world.open({ roundTrip: () => Promise.reject(new Error('disposed')) }),
    'that hangs': (world) => world.openFrozen(),
  };
  for (const [what, open] of Object.entries(silences))
    it(`is taken after ten seconds from a window ${what}, though that one looks at its lock`, async (t) => {
      const world = await LockWorld.create(t);
      const held = await hold(open(world));
      const waiting = wait(world, world.open());
      for (let seconds = 0; seconds < 9; seconds++) {
        assert.deepEqual([waiting.has, await held.isHeld()], ['to wait', true]);
        await world.clock.advance(1_000);
      }
      await world.clock.advance(1_300);
      assert.equal(waiting.has, 'worked');
      await held.release();
    });

  it('is lost for good to another owner, which keeps its own', async (t) => {
    const world = await LockWorld.create(t);
    const one = await hold(world.openFrozen());
    const taking = hold(world.open());
    await world.clock.advance(STALE_AFTER_MS + 300);
    const two = await taking;
    assert.deepEqual([await one.isHeld(), await two.isHeld()], [false, true]);
    await one.release();
    assert.equal(await two.isHeld(), true);
    await two.release();
    assert.deepEqual(await readdir(world.folder), []);
  });

  it('shows no life by being looked at', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.openFrozen());
    const before = await readSnapshot(world.fileOf('a'));
    await world.clock.advance(2_000);
    assert.equal(await held.isHeld(), true);
    assert.deepEqual(await readSnapshot(world.fileOf('a')), before);
    await held.release();
  });

  const changes: Record<string, [boolean, (world: LockWorld) => Promise<unknown>]> = {
    'its file is gone': [true, (world) => rm(world.fileOf('a'))],
    'its folder is gone': [true, (world) => rm(world.folder, { recursive: true })],
    'its folder cannot be read': [
      true,
      async (world) => {
        await rm(world.folder, { recursive: true });
        await writeFile(world.folder, 'a file in the place of the folder');
      },
    ],
    'its file has another owner': [false, (world) => writeFile(world.fileOf('a'), ownerElsewhere())],
  };
  for (const [what, [isHeld, change]] of Object.entries(changes))
    it(`is ${isHeld ? 'still' : 'no longer'} held when ${what}`, async (t: TestContext) => {
      const world = await LockWorld.create(t);
      const held = await hold(world.open());
      await change(world);
      assert.equal(await held.isHeld(), isHeld);
      await held.release();
    });

  it('is not held when the folder cannot be used from the start', async (t) => {
    const world = await LockWorld.create(t);
    await writeFile(world.folder, 'a file in the place of the folder');
    const held = await world.clock.run(hold(world.open()));
    assert.equal(await held.isHeld(), false);
    await held.release();
  });

  it('is waited for, and not refused, within its own window', async (t) => {
    const world = await LockWorld.create(t);
    const locks = world.open();
    const held = await hold(locks);
    const waiting = wait(world, locks);
    await world.clock.advance(30_000);
    assert.equal(waiting.has, 'to wait');
    await held.release();
    await world.clock.advance(0);
    assert.equal(waiting.has, 'worked');
  });
});
