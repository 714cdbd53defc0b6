import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { LockWorld, wait } from '../../support/lockWorld.ts';

/** What a program of the same user, or a tool that copies folders, can put where a lock belongs. */
const garbage: Record<string, (file: string, folder: string) => Promise<void>> = {
  'an empty file': (file) => writeFile(file, ''),
  'a text': (file) => writeFile(file, 'not an owner\n'),
  'a large file': (file) => writeFile(file, Buffer.alloc(10_000_000, 'a')),
  'a folder': async (file) => {
    await mkdir(file);
    await writeFile(path.join(file, 'inside'), '');
  },
  'a link to nowhere': (file) => symlink('nowhere', file),
  'a link to itself': (file) => symlink(path.basename(file), file),
  'a pipe that has no writer': (file) => Promise.resolve(void execFileSync('mkfifo', [file])),
};

describe('garbage under the name of a lock', { skip: process.platform === 'win32' }, () => {
  for (const [what, put] of Object.entries(garbage))
    it(`blocks for 20 seconds and not forever: ${what}`, async (t) => {
      const world = await LockWorld.create(t);
      await world.createFolder();
      await put(world.fileOf('a'), world.folder);
      const waiting = wait(world.open(), 'a');
      await world.clock.advance(19_900);
      assert.equal(waiting.has, 'to wait');
      await world.clock.advance(300);
      assert.equal(waiting.has, 'worked');
      const left = await readdir(world.folder, { recursive: true });
      assert.deepEqual(left.filter((name) => !name.endsWith('inside')).length, what === 'a folder' ? 1 : 0);
      assert.equal(
        left.some((name) => name.endsWith('inside')),
        what === 'a folder',
        'no file of others is deleted',
      );
    });

  for (const [what, put] of Object.entries(garbage))
    it(`lets a wait be canceled at once: ${what}`, async (t) => {
      const world = await LockWorld.create(t);
      await world.createFolder();
      await put(world.fileOf('a'), world.folder);
      const cancel = new AbortController();
      const waiting = wait(world.open(), 'a', cancel.signal);
      await world.clock.settle();
      cancel.abort(new Error('canceled'));
      await waiting.settled;
      assert.equal(waiting.has, 'given up');
      assert.equal(world.clock.ranMs, 0);
    });

  it('is removed, but not the target of a link', async (t) => {
    const world = await LockWorld.create(t);
    await world.createFolder();
    const target = path.join(path.dirname(world.folder), 'target');
    await mkdir(target);
    await writeFile(path.join(target, 'precious'), 'kept');
    await symlink(target, world.fileOf('a'));
    const waiting = wait(world.open(), 'a');
    await world.clock.run(waiting.settled);
    assert.equal(waiting.has, 'worked');
    assert.equal(await readFile(path.join(target, 'precious'), 'utf8'), 'kept');
  });
});

describe('garbage beside the locks', () => {
  it('does not delay any lock', async (t) => {
    const world = await LockWorld.create(t);
    await world.createFolder();
    const hash = path.basename(world.fileOf('a'), '.lock');
    for (const name of [
      `${hash}.9007199254740992`,
      `${hash}.1e308`,
      `${hash}.lock.`,
      `${hash}.lock.${'f'.repeat(200)}`,
      '.lock',
      '-',
      'x'.repeat(250),
    ])
      await writeFile(path.join(world.folder, name), '');
    const waiting = wait(world.open(), 'a');
    await world.clock.run(waiting.settled);
    assert.equal(waiting.has, 'worked');
    assert.equal(world.clock.ranMs, 0);
  });
});
