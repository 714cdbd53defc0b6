import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { hold, LockWorld, wait } from '../../support/lockWorld.ts';

const HOUR_MS = 3_600_000;

/** Puts a file in the place of the folder: nothing in it can be read or written, not even by root. */
async function breakFolder({ folder }: LockWorld): Promise<void> {
  await rename(folder, `${folder} away`).catch(() => undefined); // there may be none yet
  await writeFile(folder, '');
}

async function repairFolder({ folder }: LockWorld): Promise<void> {
  await rm(folder);
  await rename(`${folder} away`, folder);
}

const UNUSABLE = 'warn Other windows can be neither locked out nor told what this one does';

describe('a folder for locks that cannot be used', () => {
  it('lets the work run, which can find out that it has no lock', async (t) => {
    const world = await LockWorld.create(t);
    await breakFolder(world);
    const held = await world.clock.run(hold(world.open(), 'a'));
    assert.equal(await held.isHeld(), false);
    await held.release();
    assert.equal(world.clock.pending, 0);
  });

  it('makes a window take turns only with itself', async (t) => {
    const world = await LockWorld.create(t);
    await breakFolder(world);
    const [one, two] = [world.open(), world.open()];
    const held = hold(one, 'a');
    const sameWindow = wait(one, 'a');
    const otherWindow = wait(two, 'a');
    await world.clock.advance(1_000);
    assert.equal(otherWindow.has, 'worked');
    assert.equal(sameWindow.has, 'to wait');
    await (await held).release();
    await world.clock.run(sameWindow.settled);
    assert.equal(sameWindow.has, 'worked');
  });

  it('makes each window claim a name once, by itself', async (t) => {
    const world = await LockWorld.create(t);
    await breakFolder(world);
    const locks = world.open();
    assert.equal(await world.clock.run(locks.claimFor('a', HOUR_MS)), true);
    assert.equal(await world.clock.run(locks.claimFor('a', HOUR_MS)), false);
  });

  it('is logged once in each window, without a path or a name', async (t) => {
    const world = await LockWorld.create(t);
    await breakFolder(world);
    for (const locks of [world.open(), world.open()])
      for (let times = 0; times < 3; times++) {
        await world.clock.run(locks.withLock('the name', NEVER, () => Promise.resolve()));
        await world.clock.run(locks.claimFor('the name', HOUR_MS));
      }
    const lines = world.log.lines.filter((line) => !line.startsWith('warn Old locks could not be deleted'));
    assert.deepEqual(
      lines.map((line) => line.replace(/E[A-Z]+/, 'E')),
      [`${UNUSABLE}: Error E.`, `${UNUSABLE}: Error E.`],
    );
  });

  it('lets a wait be canceled', async (t) => {
    const world = await LockWorld.create(t);
    await breakFolder(world);
    const cancel = new AbortController();
    const waiting = wait(world.open(), 'a', cancel.signal);
    await world.clock.advance(150);
    cancel.abort(new Error('canceled'));
    await waiting.settled;
    assert.equal(waiting.has, 'given up');
  });
});

describe('a folder for locks that fails for a moment', () => {
  it('does not end a wait, however often that happens', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const waiting = wait(world.open(), 'a');
    for (let times = 0; times < 4; times++) {
      await world.clock.advance(1_000);
      await breakFolder(world);
      await world.clock.advance(300);
      await repairFolder(world);
    }
    await world.clock.advance(1_000);
    assert.equal(waiting.has, 'to wait');
    await held.release();
    await world.clock.run(waiting.settled);
    assert.equal(waiting.has, 'worked');
  });

  it('does not disturb the work when the lock cannot be kept alive or released', async (t) => {
    const world = await LockWorld.create(t);
    const work = world.open().withLock('a', NEVER, async () => {
      await breakFolder(world);
      await world.clock.advance(3_000);
      return 'result';
    });
    assert.equal(await work, 'result');
    assert.deepEqual(world.log.lines, [
      'warn A lock could not be kept alive: Error ENOTDIR.',
      'warn A lock could not be released: Error ENOTDIR.',
    ]);
    assert.equal(world.clock.pending, 0);
    await repairFolder(world);
    const next = wait(world.open(), 'a');
    await world.clock.advance(61_000);
    assert.equal(next.has, 'worked', 'the lock that could not be released is taken after a while');
  });

  it('still gives the error of the work when the lock cannot be released', async (t) => {
    const world = await LockWorld.create(t);
    const failure = new Error('failed');
    const work = world.open().withLock('a', NEVER, async () => {
      await breakFolder(world);
      throw failure;
    });
    await assert.rejects(work, (error) => error === failure);
  });
});

describe('a folder for locks that is deleted', () => {
  it('is created again', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    await rm(world.folder, { recursive: true });
    await world.clock.advance(10_000);
    await held.release();
    assert.deepEqual(world.log.lines, []);
    const next = wait(world.open(), 'a');
    await world.clock.run(next.settled);
    assert.equal(next.has, 'worked');
  });
});
