import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { itemOf } from '../../../../src/sessions/items.ts';
import { textOf } from '../../support/fakeStorage.ts';
import { FolderWorld, put, textIn } from '../../support/folderWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { replaceFs } from '../../support/replacedFs.ts';
import { renewed } from '../../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const DAY_MS = 24 * 3_600_000;
/** Longer than a temporary file must stay before it is deleted. */
const SWEPT_MS = 11 * 60_000;

const age = (file: string): Promise<void> => utimes(file, new Date(0), new Date(0));

describe('the sweep of unfinished files', () => {
  it('deletes what a crash has left if it is still there after ten minutes', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    await put(items, A);
    const unfinished = `${await world.fileOf(SECOND)}.0123abcd.tmp`;
    await writeFile(unfinished, 'unfinished');
    const next = await world.ready();
    await world.clock.advance(SWEPT_MS / 2);
    await writeFile(`${await world.fileOf(SECOND)}.00000000.tmp`, 'the write of another window');
    await world.clock.advance(SWEPT_MS / 2);
    const left = await world.files();
    assert.equal(left.includes(path.basename(unfinished)), false);
    assert.equal(left.filter((name) => name.endsWith('.00000000.tmp')).length, 1);
    assert.equal(await textIn(next, A), textOf(A));
  });

  it('deletes nothing by the wall clock: neither when it is 101 days ahead, nor when all files are old', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    await put(items, A);
    await put(items, removedOf('b'));
    const unfinished = `${await world.fileOf(SECOND)}.0123abcd.tmp`;
    await writeFile(unfinished, 'the write of another window');
    await mkdir(path.join(world.parent, '0'.repeat(32))); // of another key, that is in use elsewhere
    const before = await readdir(world.parent, { recursive: true });
    for (const each of before) await age(path.join(world.parent, each));
    world.clock.jump(101 * DAY_MS);
    const next = await world.ready();
    await world.clock.advance(SWEPT_MS / 2);
    assert.deepEqual((await readdir(world.parent, { recursive: true })).sort(), before.sort());
    await rm(unfinished);
    await world.clock.advance(SWEPT_MS);
    assert.deepEqual((await next.names()).sort(), [itemOf(A).name, itemOf(removedOf('b')).name].sort());
    assert.equal((await readdir(world.parent)).length, 2);
  });

  it('leaves a line in the log when it fails, but not when its window closes', async (t) => {
    for (const closes of [false, true]) {
      const world = await FolderWorld.create(t);
      await put(world.open(), A);
      await writeFile(`${await world.fileOf(SECOND)}.0123abcd.tmp`, 'unfinished');
      await world.ready();
      await world.clock.advance(SWEPT_MS / 2);
      const end = replaceFs(t, 'readdir', () =>
        Promise.reject(Object.assign(new Error(), { code: 'EACCES' })),
      );
      if (closes) world.closed.abort(new Error('closed'));
      await world.clock.advance(SWEPT_MS);
      end();
      const lines = ['warn Unfinished files of sessions could not be deleted: Error EACCES.'];
      assert.deepEqual(world.log.lines, closes ? [] : lines);
    }
  });

  it('touches only files, and only names of our own form', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    await put(items, A);
    const tagged = await world.fileNameOf(itemOf(SECOND).name);
    const foreign = [
      'letter.txt',
      'letter.tmp',
      'letter.0123abcd.tmp',
      '.0123abcd.tmp',
      `${itemOf(SECOND).name}.0123abcd.tmp`, // no tag
      `${itemOf(SECOND).name}.0123456789abcdef.0123abcd.tmp`, // another tag
      `${tagged}.0123abcd.tmp~`,
      `${tagged}.0123ABCD.tmp`,
      `${tagged}.0123abcd0.tmp`,
      `x.${tagged}.0123abcd.tmp`,
      `${await world.fileNameOf('thesis')}.0123abcd.tmp`,
    ];
    for (const name of foreign) await writeFile(path.join(world.folder, name), 'of someone else');
    await mkdir(path.join(world.folder, `${tagged}.00000001.tmp`, 'inside'), { recursive: true });
    await symlink('letter.txt', path.join(world.folder, `${tagged}.00000002.tmp`));
    for (const name of foreign) await age(path.join(world.folder, name));
    await mkdir(path.join(world.parent, 'thesis'));
    const before = await readdir(world.parent, { recursive: true });
    await world.ready();
    await world.clock.advance(SWEPT_MS);
    assert.deepEqual((await readdir(world.parent, { recursive: true })).sort(), before.sort());
    assert.deepEqual(world.log.lines, []);
  });

  for (const linked of ['parent', 'folder'] as const)
    it(`follows no link (${linked})`, { skip: process.platform === 'win32' }, async (t) => {
      const world = await FolderWorld.create(t);
      const elsewhere = `${world.parent} elsewhere`;
      const folder = linked === 'parent' ? path.join(elsewhere, world.cipher.name) : elsewhere;
      await mkdir(folder, { recursive: true, mode: 0o755 });
      if (linked === 'folder') await mkdir(world.parent);
      await symlink(elsewhere, world[linked]);
      const unfinished = `${await world.fileNameOf(itemOf(SECOND).name)}.0123abcd.tmp`;
      for (const name of ['letter.txt', unfinished]) await writeFile(path.join(folder, name), 'kept');
      const mode = (await lstat(elsewhere)).mode;
      const items = await world.ready();
      await world.clock.advance(SWEPT_MS);
      assert.deepEqual((await readdir(folder)).sort(), [unfinished, 'letter.txt'].sort());
      assert.equal((await lstat(elsewhere)).mode, mode);
      await put(items, A);
      assert.equal(await textIn(items, A), textOf(A), 'the items can be used all the same');
    });

  it('is done by three windows at the same moment without a line in the log', async (t) => {
    const world = await FolderWorld.create(t);
    await put(world.open(), A);
    const file = await world.fileOf(SECOND);
    for (let at = 0; at < 20; at++)
      await writeFile(`${file}.${at.toString(16).padStart(8, '0')}.tmp`, 'unfinished');
    await Promise.all([world.ready(), world.ready(), world.ready()]);
    await world.clock.advance(SWEPT_MS);
    assert.equal((await world.files()).length, 1);
    assert.deepEqual(world.log.lines, []);
  });

  it('ends with the window, and with the folder, without a line in the log', async (t) => {
    const world = await FolderWorld.create(t);
    await put(world.open(), A);
    const unfinished = `${await world.fileOf(SECOND)}.0123abcd.tmp`;
    await writeFile(unfinished, 'unfinished');
    await world.ready();
    await world.clock.settle();
    await rm(world.parent, { recursive: true });
    await world.clock.advance(SWEPT_MS);
    await put(world.open(), A);
    await writeFile(unfinished, 'unfinished');
    await world.ready();
    await world.clock.settle();
    world.closed.abort(new Error('closed'));
    await world.clock.advance(SWEPT_MS);
    assert.equal((await world.files()).length, 2);
    assert.deepEqual(world.log.lines, []);
  });
});
