import assert from 'node:assert/strict';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import {
  createLock,
  hashOf,
  isSame,
  type Lock,
  lookAt,
  releaseLock,
  breakStaleLock,
} from '../../../../src/storage/node/lockFile.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

async function twoLocks(t: TestContext): Promise<[Lock, Lock, folder: string]> {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'a.lock');
  return [{ file, owner: 'one' }, { file, owner: 'two' }, folder];
}

describe('a lock file', () => {
  it('is created by the first window only', async (t) => {
    const [one, two] = await twoLocks(t);
    assert.equal(await createLock(one), true);
    assert.equal(await createLock(two), false);
    assert.equal(await createLock(one), false);
    assert.equal(await readFile(one.file, 'utf8'), 'one');
  });

  it('is deleted by its owner only', async (t) => {
    const [one, two] = await twoLocks(t);
    await createLock(one);
    await releaseLock(two);
    assert.equal((await lookAt(one.file))?.owner, 'one');
    await releaseLock(one);
    assert.equal(await lookAt(one.file), undefined);
    await releaseLock(one); // a second time does no harm
    assert.equal(await createLock(two), true);
  });

  it('cannot be created in a folder that does not exist', async (t) => {
    const [one, , folder] = await twoLocks(t);
    await rm(folder, { recursive: true });
    await assert.rejects(createLock(one), { code: 'ENOENT' });
    assert.equal(await lookAt(one.file), undefined);
  });

  it('looks the same until it is touched or has another owner', async (t) => {
    const [one, two] = await twoLocks(t);
    await createLock(one);
    const [first, second] = [await lookAt(one.file), await lookAt(one.file)];
    assert.ok(first && second);
    assert.equal(isSame(first, second), true);
    assert.equal(isSame(first, undefined), false);
    await utimes(one.file, new Date(1_000), new Date(1_000));
    const touched = await lookAt(one.file);
    assert.ok(touched);
    assert.equal(isSame(touched, second), false);
    await writeFile(one.file, two.owner);
    await utimes(one.file, new Date(1_000), new Date(1_000));
    const taken = await lookAt(one.file);
    assert.ok(taken);
    assert.equal(isSame(taken, touched), false);
  });
});

describe('the removal of a lock that was left', () => {
  it('deletes the lock and leaves no marker', async (t) => {
    const [one, two, folder] = await twoLocks(t);
    await createLock(one);
    const left = await lookAt(one.file);
    assert.ok(left);
    await breakStaleLock(one.file, left, 0);
    assert.deepEqual(await readdir(folder), []);
    assert.equal(await createLock(two), true);
  });

  it('leaves a newer lock alone', async (t) => {
    const [one, two, folder] = await twoLocks(t);
    await createLock(one);
    const left = await lookAt(one.file);
    assert.ok(left);
    await releaseLock(one);
    await createLock(two);
    await breakStaleLock(one.file, left, 0);
    assert.equal(await readFile(two.file, 'utf8'), 'two');
    assert.deepEqual(await readdir(folder), ['a.lock']);
  });

  it('leaves a lock alone that was touched after the look', async (t) => {
    const [one] = await twoLocks(t);
    await createLock(one);
    const left = await lookAt(one.file);
    assert.ok(left);
    await utimes(one.file, new Date(1_000), new Date(1_000));
    await breakStaleLock(one.file, left, 0);
    assert.equal(await readFile(one.file, 'utf8'), 'one');
  });

  it('leaves everything to another window that has begun it', async (t) => {
    const [one, , folder] = await twoLocks(t);
    await createLock(one);
    const left = await lookAt(one.file);
    assert.ok(left);
    const marker = `a.lock.${hashOf(`0 ${left.touchedAtMs} one`)}`;
    await writeFile(path.join(folder, marker), '');
    await breakStaleLock(one.file, left, 0);
    assert.deepEqual(await readdir(folder), ['a.lock', marker]);
    await breakStaleLock(one.file, left, 1); // that window has crashed
    assert.deepEqual(await readdir(folder), [marker]);
  });

  it('is done once by many windows at the same moment, and takes no lock that is created then', async (t) => {
    const [one, , folder] = await twoLocks(t);
    for (let round = 0; round < 20; round++) {
      await createLock(one);
      const left = await lookAt(one.file);
      assert.ok(left);
      const created = await Promise.all(
        Array.from({ length: 8 }, async (_, at) => {
          await breakStaleLock(one.file, left, 0);
          return createLock({ file: one.file, owner: `window ${at}` });
        }),
      );
      assert.ok(created.filter(Boolean).length <= 1, `round ${round}`);
      await rm(one.file, { force: true });
      assert.deepEqual(await readdir(folder), []);
    }
  });
});

describe('the hash of a name', () => {
  it('is a valid file name everywhere, and another one for another name', () => {
    for (const name of ['', 'a', 'renew ../../x', 'con', 'a:b*?"<>|', 'ä'.repeat(1_000)])
      assert.match(hashOf(name), /^[0-9a-f]{16}$/);
    assert.notEqual(hashOf('a'), hashOf('b'));
    assert.equal(hashOf('a'), hashOf('a'));
  });
});
