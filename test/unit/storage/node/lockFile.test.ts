import assert from 'node:assert/strict';
import fs, { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import {
  createFile,
  handedOn,
  isOwner,
  isSame,
  type AcquiredLock,
  readSnapshot,
  releaseLock,
  removeIfUnchanged,
} from '../../../../src/storage/node/lockFile.ts';
import { replaceFs } from '../../support/replacedFs.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

async function twoLocks(t: TestContext): Promise<[AcquiredLock, AcquiredLock, folder: string]> {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'a.lock');
  return [{ file, owner: 'one', itemNames: [] }, { file, owner: 'two', itemNames: [] }, folder];
}

function create({ file, owner }: AcquiredLock): Promise<boolean> {
  return createFile(file, owner);
}

describe('a lock file', () => {
  it('is created by the first window only, for this user only', async (t) => {
    const [one, two] = await twoLocks(t);
    assert.equal(await create(one), true);
    assert.equal(await create(two), false);
    assert.equal(await create(one), false);
    assert.equal(await readFile(one.file, 'utf8'), 'one');
    assert.deepEqual([await isOwner(one), await isOwner(two)], [true, false]);
    if (process.platform !== 'win32') assert.equal((await stat(one.file)).mode & 0o777, 0o600);
  });

  it('is not said to be gone when the file system fails', async (t) => {
    const [one] = await twoLocks(t);
    await create(one);
    const below = path.join(one.file, 'b.lock');
    await assert.rejects(removeIfUnchanged(below, { owner: 'one' }), { code: 'ENOTDIR' });
  });

  it('is released by its owner only', async (t) => {
    const [one, two, folder] = await twoLocks(t);
    await create(one);
    await releaseLock(two);
    await releaseLock(two, 'x.1');
    assert.deepEqual([await isOwner(one), await readdir(folder)], [true, ['a.lock']]);
    await releaseLock(one);
    assert.deepEqual(await readdir(folder), []);
    await releaseLock(one); // a second time does no harm
    assert.equal(await create(two), true);
  });

  it('cannot be created in a folder that does not exist', async (t) => {
    const [one, , folder] = await twoLocks(t);
    await rm(folder, { recursive: true });
    await assert.rejects(create(one), { code: 'ENOENT' });
    assert.equal(await readSnapshot(one.file), undefined);
  });

  for (const [what, written, replacedBy, left] of [
    ['nothing of it stays', 'on', undefined, undefined],
    ['nothing of it stays, even if it is empty', '', undefined, undefined],
    ['the file of another window stays', 'on', 'two', 'two'],
    ['a file that is gone is no matter', 'on', null, undefined],
  ] as const)
    it(`cannot be created on a full disk, and ${what}`, async (t) => {
      const [one] = await twoLocks(t);
      const works = fs.open;
      const end = replaceFs(t, 'open', async (...args) => {
        end();
        const handle = await works(...args);
        t.mock.method(handle, 'writeFile', async () => {
          await rm(one.file);
          if (replacedBy !== null) await writeFile(one.file, replacedBy ?? written);
          throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        });
        return handle;
      });
      await assert.rejects(create(one), { code: 'ENOSPC' });
      assert.equal((await readSnapshot(one.file))?.owner, left);
    });

  it('is empty unless it has a text', async (t) => {
    const [{ file }] = await twoLocks(t);
    await createFile(file);
    assert.equal(await readFile(file, 'utf8'), '');
  });

  it('looks the same until it is touched or has another owner', async (t) => {
    const [one, two] = await twoLocks(t);
    await create(one);
    const [first, second] = [await readSnapshot(one.file), await readSnapshot(one.file)];
    assert.ok(first && second);
    assert.equal(isSame(first, second), true);
    assert.equal(isSame(first, undefined), false);
    await utimes(one.file, new Date(1_000), new Date(1_000));
    const touched = await readSnapshot(one.file);
    assert.ok(touched);
    assert.equal(isSame(touched, second), false);
    await writeFile(one.file, two.owner);
    await utimes(one.file, new Date(1_000), new Date(1_000));
    const taken = await readSnapshot(one.file);
    assert.ok(taken);
    assert.equal(isSame(taken, touched), false);
  });
});

describe('an item name that a released lock hands on', () => {
  it('stays until it is replaced by another one', async (t) => {
    const [one, two, folder] = await twoLocks(t);
    for (const [lock, next, after] of [
      [one, 'x.1-0-0.0123456789abcdef', ['x.1-0-0.0123456789abcdef']],
      [two, undefined, ['x.1-0-0.0123456789abcdef']],
      [one, 'x.1-0-0.0123456789abcdef', ['x.1-0-0.0123456789abcdef']],
      [two, 'x.2-0-0.0', ['x.2-0-0.0']],
    ] as const) {
      await create(lock);
      await releaseLock({ ...lock, itemNames: await handedOn(lock.file) }, next);
      assert.deepEqual(await handedOn(lock.file), after);
    }
    assert.deepEqual(await readdir(folder), ['a.lock.x.2-0-0.0.last']);
  });

  it('is the newest one after a window crashed while replacing it, whatever the names are', async (t) => {
    const [one, , folder] = await twoLocks(t);
    for (const [name, second] of [
      ['2', 10],
      ['3', 30],
      ['1', 20],
    ] as const) {
      await writeFile(`${one.file}.${name}.last`, '');
      await utimes(`${one.file}.${name}.last`, second, second);
    }
    assert.deepEqual(await handedOn(one.file), ['2', '1', '3']);
    await create(one);
    await releaseLock({ ...one, itemNames: await handedOn(one.file) }, '4');
    assert.deepEqual(await readdir(folder), ['a.lock.4.last']);
  });

  it('is never a file of another lock or of another form', async (t) => {
    const [one, , folder] = await twoLocks(t);
    for (const name of [
      'b.lock.1.last',
      'a.lock..last',
      'a.lock.last',
      'a.lock.A.last',
      'a.lock.1 2.last',
      'a.lock.1',
    ])
      await writeFile(path.join(folder, name), '');
    await writeFile(`${one.file}.${'1'.repeat(101)}.last`, '');
    assert.deepEqual(await handedOn(one.file), []);
  });
});

describe('taking a file away', () => {
  it('deletes the file that was seen, whatever its name', async (t) => {
    const [one, two, folder] = await twoLocks(t);
    await create(one);
    const left = await readSnapshot(one.file);
    assert.ok(left);
    assert.equal(await removeIfUnchanged(one.file, left), true);
    assert.deepEqual(await readdir(folder), []);
    assert.equal(await removeIfUnchanged(one.file, left), false, 'another window was faster');
    assert.equal(await create(two), true);
  });

  const changes: Record<string, (one: AcquiredLock, two: AcquiredLock) => Promise<unknown>> = {
    'is one of another owner by now': async (one, two) => {
      await releaseLock(one);
      await create(two);
    },
    'was touched since': ({ file }) => utimes(file, 1, 1),
  };
  for (const [what, change] of Object.entries(changes))
    for (const keptAs of [undefined, 'x.1'])
      it(`puts back a file that ${what}${keptAs === undefined ? '' : ', and does not hand it on'}`, async (t) => {
        const [one, two, folder] = await twoLocks(t);
        await create(one);
        const left = await readSnapshot(one.file);
        assert.ok(left);
        await change(one, two); // while the window that saw it hangs
        const now = await readSnapshot(one.file);
        const kept = keptAs === undefined ? undefined : path.join(folder, keptAs);
        assert.equal(await removeIfUnchanged(one.file, left, kept), false);
        assert.deepEqual(await readSnapshot(one.file), now);
        assert.deepEqual(await readdir(folder), ['a.lock']);
      });

  it('leaves one owner when other windows want the lock while a file is put back', async (t) => {
    const [one, two, folder] = await twoLocks(t);
    for (let round = 0; round < 20; round++) {
      await create(two);
      const others = Array.from({ length: 4 }, (_, at) => ({ ...one, owner: `window ${at}` }));
      const [taken, ...created] = await Promise.all([
        removeIfUnchanged(one.file, { owner: 'one' }), // this window hung after it saw its own lock
        ...others.map(create),
      ]);
      assert.equal(taken, false);
      const owners = others.filter((_, at) => created[at]).map(({ owner }) => owner);
      if (owners.length === 0) owners.push(two.owner);
      assert.deepEqual([(await readSnapshot(one.file))?.owner], owners, `round ${round}`);
      assert.deepEqual(await readdir(folder), ['a.lock']);
      await rm(one.file);
    }
  });

  it('leaves a folder and its contents under another name', async (t) => {
    const [one, , folder] = await twoLocks(t);
    await mkdir(path.join(one.file, 'inside'), { recursive: true });
    const left = await readSnapshot(one.file);
    assert.ok(left);
    assert.equal(await removeIfUnchanged(one.file, left), true);
    const [name = ''] = await readdir(folder);
    assert.match(name, /^a\.lock\.[0-9a-f]{8}$/);
    assert.deepEqual(await readdir(path.join(folder, name)), ['inside']);
  });

  it('is done once by many windows at the same moment', async (t) => {
    const [one, , folder] = await twoLocks(t);
    for (let round = 0; round < 20; round++) {
      await create(one);
      const left = await readSnapshot(one.file);
      assert.ok(left);
      const done = await Promise.all(Array.from({ length: 8 }, () => removeIfUnchanged(one.file, left)));
      assert.equal(done.filter(Boolean).length, 1, `round ${round}`);
      assert.deepEqual(await readdir(folder), []);
    }
  });
});
