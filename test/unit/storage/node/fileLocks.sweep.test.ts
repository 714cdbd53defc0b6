import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { hold, LockWorld } from '../../support/lockWorld.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const HASH = '0123456789abcdef';

async function age({ clock }: LockWorld, file: string, hours: number): Promise<void> {
  const then = new Date(clock.now() - hours * HOUR_MS);
  await utimes(file, then, then);
}

describe('what the sweep at the start deletes', () => {
  const rows: [name: string, hours: number, isSwept: boolean][] = [
    [`${HASH}.lock`, 23, false],
    [`${HASH}.lock`, 25, true],
    [`${HASH}.lock`, -25, false],
    [`${HASH}.lock.89abcdef`, 23, false],
    [`${HASH}.lock.89abcdef`, 25, true],
    [`${HASH}.lock.89abcdef.01234567`, 25, true],
    [`${HASH}.claim`, 59 * 24, false],
    [`${HASH}.claim`, 61 * 24, true],
    [`${HASH}.claim.89abcdef`, 25, true],
    // What was handed on stays until it is replaced, and what is not ours stays forever.
    [`${HASH}.lock.0.1-0-0.0.last`, 99_999, false],
    ['told.json', 99_999, false],
    ['letter.txt', 99_999, false],
    [`${HASH}.lock.txt`, 99_999, false],
    [`${HASH}.lock.89ABCDEF`, 99_999, false],
    [`a${HASH}.lock`, 99_999, false],
    [`${HASH}-lock`, 99_999, false],
    ['.lock', 99_999, false],
  ];
  for (const [name, hours, isSwept] of rows)
    it(`is${isSwept ? '' : ' not'} ${name} of ${hours} hours ago`, async (t) => {
      const world = await LockWorld.create(t);
      await world.createFolder();
      const file = path.join(world.folder, name);
      await writeFile(file, '');
      await age(world, file, hours);
      world.open();
      await world.clock.advance(21 * SECOND_MS);
      assert.deepEqual(await readdir(world.folder), isSwept ? [] : [name]);
      assert.deepEqual(world.log.lines, []);
    });

  const names = [`${HASH}.lock`, `${HASH}.lock.89abcdef`, `${HASH}.claim`];
  for (const name of names)
    it(
      `is no folder and no link with the name ${name}`,
      { skip: process.platform === 'win32' },
      async (t) => {
        const world = await LockWorld.create(t);
        const other = name.replace(HASH, 'fedcba9876543210');
        await mkdir(path.join(world.folder, name, 'inside'), { recursive: true });
        await age(world, path.join(world.folder, name), 99_999);
        await symlink('nowhere', path.join(world.folder, other));
        world.clock.jump(99_999_999 * HOUR_MS); // the link itself has the time of its making
        world.open();
        await world.clock.advance(21 * SECOND_MS);
        assert.deepEqual(await readdir(world.folder), [name, other]);
        assert.deepEqual(await readdir(path.join(world.folder, name)), ['inside']);
      },
    );

  it('is nothing when the folder is a link', { skip: process.platform === 'win32' }, async (t) => {
    const world = await LockWorld.create(t);
    await world.createFolder();
    const elsewhere = path.join(path.dirname(world.folder), 'elsewhere');
    await rename(world.folder, elsewhere);
    await symlink(elsewhere, world.folder);
    const file = path.join(elsewhere, `${HASH}.claim`);
    await writeFile(file, '');
    await age(world, file, 99_999);
    world.open();
    await world.clock.advance(21 * SECOND_MS);
    assert.deepEqual(await readdir(elsewhere), [`${HASH}.claim`]);
  });

  it('is not the lock of a working window, even if the clock has jumped by a year', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const owner = await readFile(world.fileOf('a'), 'utf8');
    await age(world, world.fileOf('a'), 25);
    world.clock.jump(24 * 365 * HOUR_MS);
    world.open();
    await world.clock.advance(90 * SECOND_MS);
    assert.equal(await readFile(world.fileOf('a'), 'utf8'), owner);
    assert.equal(await held.isHeld(), true);
    await held.release();
    await world.clock.advance(SECOND_MS);
    assert.deepEqual(await readdir(world.folder), []);
  });

  it('is nothing more when the window closes, without a line in the log', async (t) => {
    const world = await LockWorld.create(t);
    await world.leave('a');
    await age(world, world.fileOf('a'), 25);
    const closed = new AbortController();
    world.open({ closed: closed.signal });
    await world.clock.advance(SECOND_MS);
    closed.abort(new Error('closed'));
    await world.clock.settle();
    assert.equal(world.clock.pending, 0);
    assert.deepEqual(world.log.lines, []);
  });

  it(
    'is nothing when the folder cannot be read, which is logged',
    { skip: process.platform === 'win32' },
    async (t) => {
      const world = await LockWorld.create(t);
      await writeFile(path.dirname(world.folder) + '/locks', 'a file');
      const inFile = path.join(world.folder, 'locks');
      Object.assign(world, { folder: inFile });
      world.open();
      await world.clock.settle();
      assert.deepEqual(world.log.lines, ['warn Old locks could not be deleted: Error ENOTDIR.']);
    },
  );
});
