import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstat, lutimes, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { LockWorld } from '../../support/lockWorld.ts';

const HOUR_MS = 3_600_000;

describe('a claim', () => {
  it('belongs to the first of several windows', async (t) => {
    const world = await LockWorld.create(t);
    const windows = [world.open(), world.open(), world.open()];
    const told = await world.clock.run(
      Promise.all([...windows, ...windows].map((window) => window.claimFor('a', HOUR_MS))),
    );
    assert.equal(told.filter(Boolean).length, 1);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false, 'a window that opens later knows it, too');
    assert.equal(await world.open().claimFor('b', HOUR_MS), true);
    assert.deepEqual(world.log.lines, []);
  });

  it('can be made again after its time', async (t) => {
    const world = await LockWorld.create(t);
    assert.equal(await world.open().claimFor('a', HOUR_MS), true);
    world.clock.jump(HOUR_MS - 1);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false);
    world.clock.jump(1);
    assert.equal(await world.clock.run(world.open().claimFor('a', HOUR_MS)), true);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false);
  });

  it('can be made again when the clock was set back by more than its time', async (t) => {
    const world = await LockWorld.create(t);
    assert.equal(await world.open().claimFor('a', HOUR_MS), true);
    world.clock.jump(-HOUR_MS / 2);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false);
    world.clock.jump(-HOUR_MS);
    assert.equal(await world.clock.run(world.open().claimFor('a', HOUR_MS)), true);
  });

  it('lasts for the time that the next caller gives, not the one that made it', async (t) => {
    const world = await LockWorld.create(t);
    assert.equal(await world.open().claimFor('a', 1_000 * HOUR_MS), true);
    world.clock.jump(HOUR_MS);
    assert.equal(await world.open().claimFor('a', 2 * HOUR_MS), false);
    assert.equal(await world.clock.run(world.open().claimFor('a', HOUR_MS)), true);
  });

  it('belongs to one of several windows when its time is over', async (t) => {
    const world = await LockWorld.create(t);
    const windows = [world.open(), world.open(), world.open(), world.open()];
    for (let round = 0; round < 10; round++) {
      const told = await world.clock.run(Promise.all(windows.map((window) => window.claimFor('a', HOUR_MS))));
      assert.equal(told.filter(Boolean).length, 1, `round ${round}`);
      world.clock.jump(HOUR_MS);
    }
    assert.deepEqual(await readdir(world.folder), [path.basename(world.claimOf('a'))]);
  });

  it('can be made by a window that is closing', async (t) => {
    const world = await LockWorld.create(t);
    await world.open().claimFor('a', HOUR_MS);
    world.clock.jump(HOUR_MS);
    const closed = AbortSignal.abort(new Error('closed'));
    assert.equal(await world.open({ closed }).claimFor('a', HOUR_MS), true);
    assert.equal(await world.open({ closed }).claimFor('b', HOUR_MS), true);
    assert.equal(await world.open().claimFor('b', HOUR_MS), false);
    assert.deepEqual(world.log.lines, []);
  });
});

describe('the file of a claim', () => {
  it('is empty, does not reveal the name, and only this user can read it', async (t) => {
    const world = await LockWorld.create(t);
    await world.open().claimFor('soon sigma-identity 3pkKXGdcrkuLvjWhA8P4EVaDE4VY', HOUR_MS);
    const [name = ''] = await readdir(world.folder);
    assert.match(name, /^[0-9a-f]{16}\.claim$/);
    const { size, mode, mtimeMs } = await stat(path.join(world.folder, name));
    assert.equal(size, 0);
    assert.equal(mode & 0o777, 0o600);
    assert.equal(Math.round(mtimeMs), world.clock.now());
  });

  for (const year of [1970, 1980, 2038, 2100])
    it(`blocks nobody when another program has given it the year ${year}`, async (t) => {
      const world = await LockWorld.create(t);
      await world.createFolder();
      await writeFile(world.claimOf('a'), '');
      await utimes(world.claimOf('a'), new Date(Date.UTC(year, 0)), new Date(Date.UTC(year, 0)));
      assert.equal(await world.clock.run(world.open().claimFor('a', 30 * 24 * HOUR_MS)), true);
      assert.equal(await world.open().claimFor('a', HOUR_MS), false);
      assert.deepEqual(world.log.lines, []);
    });

  const planted: Record<string, (file: string) => Promise<unknown>> = {
    'a text': (file) => writeFile(file, 'text'),
    'a large file': (file) => writeFile(file, Buffer.alloc(3_000_000)),
    'a folder': (file) => mkdir(path.join(file, 'inside'), { recursive: true }),
    'a link to nowhere': (file) => symlink('nowhere', file),
    'a link to a file': async (file) => {
      await writeFile(path.join(file, '..', '..', 'target'), 'kept');
      await symlink('../target', file);
    },
    'a pipe that has no writer': (file) => Promise.resolve(execFileSync('mkfifo', [file])),
  };
  for (const [what, put] of Object.entries(planted))
    it(
      `blocks for its time and not forever when it is ${what}`,
      { skip: process.platform === 'win32' },
      async (t) => {
        const world = await LockWorld.create(t);
        await world.createFolder();
        const file = world.claimOf('a');
        await put(file);
        const now = new Date(world.clock.now());
        await lutimes(file, now, now);
        assert.equal(await world.open().claimFor('a', HOUR_MS), false);
        world.clock.jump(HOUR_MS);
        assert.equal(await world.clock.run(world.open().claimFor('a', HOUR_MS)), true);
        assert.equal(await world.open().claimFor('a', HOUR_MS), false);
        assert.ok((await lstat(file)).isFile());
        const target = path.join(world.folder, '..', 'target');
        if (what === 'a link to a file') assert.equal(await readFile(target, 'utf8'), 'kept');
        assert.deepEqual(world.log.lines, []);
      },
    );
});
