import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { itemOf } from '../../../../src/sessions/items.ts';
import { FolderWorld, put, textIn } from '../../support/folderWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { replaceFs } from '../../support/replacedFs.ts';
import { renewed } from '../../support/storeWorld.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const MARK = removedOf('a', { version: SECOND.version });

/** From now on, no file can be created. */
function fillDisk(t: TestContext): void {
  const works = fs.open;
  replaceFs(t, 'open', (...args) =>
    args[1] === 'wx'
      ? Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
      : works(...args),
  );
}

/** A disk of 256 KB. Undefined if this user cannot mount one. */
async function smallDisk(t: TestContext): Promise<string | undefined> {
  let disk: string | undefined;
  const folder = await temporaryFolder(t, () => {
    if (disk !== undefined) execFileSync('umount', ['--lazy', disk]);
  });
  const mountPoint = path.join(folder, 'disk');
  await mkdir(mountPoint);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', mountPoint], { stdio: 'ignore' });
    disk = mountPoint;
  } catch {
    // it needs rights that this user does not have
  }
  return disk;
}

describe('a sign-out on a full disk', () => {
  it('reuses the file of the session, which needs no space, and leaves nothing of it', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    await put(items, SECOND);
    fillDisk(t);
    await put(items, MARK);
    const next = world.open();
    assert.deepEqual(await next.names(), [itemOf(MARK).name]);
    assert.equal((await stat(await world.fileOf(MARK))).size, 0);
    await assert.rejects(put(next, A), { code: 'ENOSPC' });
    assert.deepEqual(await next.names(), [itemOf(MARK).name]);
  });

  it('reuses any version, even if a window closed before it deleted the older ones', async (t) => {
    const world = await FolderWorld.create(t);
    await put(world.open(), SECOND);
    await writeFile(await world.fileOf(A), 'older');
    fillDisk(t);
    await put(world.open(), MARK);
    assert.deepEqual(await world.open().names(), [itemOf(MARK).name]);
  });

  it(
    'empties no file that another program has linked there',
    { skip: process.platform === 'win32' },
    async (t) => {
      const world = await FolderWorld.create(t);
      const target = `${world.parent} letter`;
      await world.ready();
      await writeFile(target, 'kept');
      await symlink(target, await world.fileOf(SECOND));
      fillDisk(t);
      await put(world.open(), MARK);
      assert.deepEqual(await world.open().names(), [itemOf(MARK).name]);
      assert.equal(await readFile(target, 'utf8'), 'kept');
    },
  );

  it('is already there if another window has stored it, and rejects if there is no file to reuse', async (t) => {
    const world = await FolderWorld.create(t);
    await put(world.open(), MARK);
    fillDisk(t);
    await put(world.open(), MARK);
    await assert.rejects(put(world.open(), removedOf('b')), { code: 'ENOSPC' });
    assert.deepEqual(await world.open().names(), [itemOf(MARK).name]);
  });

  it('is still there after a restart, on a disk that is really full', async (t) => {
    const disk = await smallDisk(t);
    if (disk === undefined) {
      t.skip('mounting a small disk needs more rights');
      return;
    }
    const world = await FolderWorld.create(t, disk);
    const items = world.open();
    await put(items, SECOND);
    await assert.rejects(
      async () => {
        for (let at = 0; ; at++) await writeFile(path.join(disk, `fill ${at}`), Buffer.alloc(4096));
      },
      { code: 'ENOSPC' },
    );
    await assert.rejects(put(items, recordOf('b')), { code: 'ENOSPC' });
    assert.equal((await world.files()).length, 1, 'nothing unfinished stays');
    await put(items, MARK);
    const next = world.open();
    assert.deepEqual([await next.names(), await textIn(next, SECOND)], [[itemOf(MARK).name], undefined]);
  });
});
