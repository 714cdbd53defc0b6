import assert from 'node:assert/strict';
import fs, { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { itemOf } from '../../../../src/sessions/items.ts';
import { serialize } from '../../../../src/sessions/record.ts';
import { SessionCipher } from '../../../../src/storage/cipher.ts';
import { textOf } from '../../support/fakeStorage.ts';
import { FolderWorld, put, textIn } from '../../support/folderWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { replaceFs } from '../../support/replacedFs.ts';
import { renewed } from '../../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second €');
const MARK = removedOf('a');
const B = recordOf('b');

describe('items as files', () => {
  it('are added, listed and read, and a newer one replaces the older ones of its session', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    assert.deepEqual(await items.names(), []);
    assert.equal(await textIn(items, A), undefined);
    await put(items, A);
    await put(items, B);
    assert.deepEqual((await items.names()).sort(), [itemOf(A).name, itemOf(B).name]);
    assert.equal(await textIn(items, A), textOf(A));
    await put(items, SECOND);
    assert.deepEqual((await items.names()).sort(), [itemOf(SECOND).name, itemOf(B).name].sort());
    assert.equal(await textIn(items, SECOND), textOf(SECOND));
    assert.equal(await textIn(items, A), undefined);
    await put(items, MARK);
    assert.deepEqual((await items.names()).sort(), [itemOf(MARK).name, itemOf(B).name].sort());
    assert.equal((await stat(await world.fileOf(MARK))).size, 0);
    assert.deepEqual(world.log.lines, []);
  });

  for (const [what, late, there] of [
    ['a version', A, SECOND],
    ['a version after a sign-out', SECOND, MARK],
  ] as const)
    it(`do not revert when ${what} is written late`, async (t) => {
      const world = await FolderWorld.create(t);
      const [one, two] = [world.open(), world.open()];
      await put(one, there);
      await put(two, late);
      assert.deepEqual(await one.names(), [itemOf(there).name]);
    });

  it('are written once, even if several windows add the same one', async (t) => {
    const world = await FolderWorld.create(t);
    for (const record of [A, MARK]) {
      await put(world.open(), record);
      const before = await stat(await world.fileOf(record), { bigint: true });
      await put(world.open(), record);
      const after = await stat(await world.fileOf(record), { bigint: true });
      assert.deepEqual([after.ino, after.mtimeNs], [before.ino, before.mtimeNs]);
    }
  });

  it('can be read by every window with the same key, even after a restart', async (t) => {
    const world = await FolderWorld.create(t);
    await put(world.open(), A);
    const next = world.open();
    assert.deepEqual(await next.names(), [itemOf(A).name]);
    assert.equal(await textIn(next, A), textOf(A));
  });

  it('are written again if their file cannot be read', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    await put(items, A);
    await writeFile(await world.fileOf(A), 'damaged');
    const works = fs.open;
    const end = replaceFs(t, 'open', (...args) =>
      args[1] === 'wx'
        ? works(...args)
        : Promise.reject(Object.assign(new Error('a message'), { code: 'EIO' })),
    );
    await assert.rejects(textIn(items, A), { code: 'EIO' });
    await put(items, A);
    end();
    assert.equal(await textIn(items, A), textOf(A));
  });

  it('are read up to a megabyte: a larger file is not ours', async (t) => {
    const world = await FolderWorld.create(t);
    const items = await world.ready();
    const { name } = itemOf(A);
    const longest = 'x'.repeat(1024 * 1024 - 28);
    await writeFile(await world.fileOf(A), await world.cipher.seal(name, longest));
    assert.equal(await items.read(name), longest);
    await writeFile(await world.fileOf(A), await world.cipher.seal(name, `${longest}x`));
    assert.equal(await items.read(name), undefined);
  });

  it('are listed while another window replaces one, even by a list of the folder that shows neither version', async (t) => {
    const world = await FolderWorld.create(t);
    const [one, two] = [world.open(), world.open()];
    await put(one, A);
    const end = replaceFs(t, 'readdir', async () => {
      end();
      await put(one, SECOND);
      return []; // the old file was deleted before the list came to it, and the new one is where the list began
    });
    assert.deepEqual(await two.names(), [itemOf(SECOND).name]);
    assert.deepEqual(await world.files(), [await world.fileNameOf(itemOf(SECOND).name)]);
  });

  it('are deleted when nothing needs them any more', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    await put(items, MARK);
    await put(items, B);
    await items.drop(itemOf(MARK).name);
    await items.drop(itemOf(MARK).name); // another window was faster
    assert.deepEqual(await world.open().names(), [itemOf(B).name]);
  });

  it('are not seen, read or changed by a window with another key', async (t) => {
    const world = await FolderWorld.create(t);
    const [mine, theirs] = [world.open(), world.open(await SessionCipher.create())];
    await put(mine, A);
    assert.deepEqual([await theirs.names(), await textIn(theirs, A)], [[], undefined]);
    await put(theirs, MARK);
    assert.deepEqual([await mine.names(), await textIn(mine, A)], [[itemOf(A).name], textOf(A)]);
  });

  it('show nothing in the clear but the ids and versions', async (t) => {
    const world = await FolderWorld.create(t);
    await put(world.open(), A);
    const bytes = await readFile(await world.fileOf(A));
    const { grant, person, serviceId, scopes } = A;
    const { accountId, accountLabel, subject, name } = person;
    const about = [accountId, accountLabel, subject, name, serviceId, ...scopes];
    const told = [grant.accessToken, grant.server, ...about];
    for (const each of told) assert.equal(bytes.includes(each), false, each);
    const key = Buffer.from(world.cipher.keyText, 'base64');
    for (const each of [key, world.cipher.keyText]) assert.equal(bytes.includes(each), false);
  });

  it('ignore what a crash has left unfinished, and read what was finished', async (t) => {
    const world = await FolderWorld.create(t);
    await put(world.open(), A);
    const file = await world.fileOf(SECOND);
    const half = (await world.cipher.seal(itemOf(SECOND).name, serialize(SECOND))).subarray(0, 40);
    await writeFile(`${file}.0123abcd.tmp`, half);
    const next = world.open();
    assert.deepEqual(await next.names(), [itemOf(A).name]);
    assert.equal(await textIn(next, A), textOf(A));
    await put(next, SECOND);
    // The next crash is before the older item is deleted.
    await writeFile(await world.fileOf(A), await world.cipher.seal(itemOf(A).name, serialize(A)));
    assert.deepEqual((await world.open().names()).sort(), [itemOf(A).name, itemOf(SECOND).name]);
    await put(world.open(), SECOND);
    assert.deepEqual(await world.open().names(), [itemOf(SECOND).name]);
  });

  for (const name of [
    '../x',
    '..',
    '',
    'a',
    'a/b',
    'a.tmp',
    'C:x',
    `../${itemOf(A).name}`,
    'a\0',
    'a.1-0-0.x',
  ])
    it(`never have a name such as ${JSON.stringify(name)}`, async (t) => {
      const world = await FolderWorld.create(t);
      const items = await world.ready();
      const refusal = { message: 'This is not the name of an item.' };
      await assert.rejects(items.read(name), refusal);
      for (const isMark of [false, true])
        await assert.rejects(items.add({ ...itemOf(A), name, isMark }, 'text'), refusal);
      assert.deepEqual(await readdir(world.parent, { recursive: true }), [world.cipher.name]);
    });
});

describe('the folder of items', { skip: process.platform === 'win32' }, () => {
  it('can be used by this user only, even with a umask that allows groups', async (t) => {
    const before = process.umask(0o002);
    t.after(() => process.umask(before));
    const world = await FolderWorld.create(t);
    await put(world.open(), A);
    await put(world.open(), removedOf('b'));
    for (const folder of [world.parent, world.folder]) assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const file of await world.files())
      assert.equal((await stat(path.join(world.folder, file))).mode & 0o777, 0o600);
  });

  it('can be used by this user only, even if it was there before with another mode', async (t) => {
    const world = await FolderWorld.create(t);
    await mkdir(world.folder, { recursive: true });
    for (const folder of [world.parent, world.folder]) await chmod(folder, 0o777);
    await world.open().names();
    for (const folder of [world.parent, world.folder]) assert.equal((await stat(folder)).mode & 0o777, 0o700);
  });

  for (const [code, names] of [
    ['ENOENT', []],
    ['EACCES', 'EACCES'],
  ] as const)
    it(`${typeof names === 'string' ? 'causes an error' : 'is empty'} when its list fails with ${code}`, async (t) => {
      const world = await FolderWorld.create(t);
      const items = await world.ready();
      replaceFs(t, 'readdir', () => Promise.reject(Object.assign(new Error('a message'), { code })));
      assert.deepEqual(
        await items.names().catch((error: unknown) => (error as { code: string }).code),
        names,
      );
    });

  it('is used even if its mode cannot be changed, and the log says so', async (t) => {
    const world = await FolderWorld.create(t);
    await mkdir(world.folder, { recursive: true });
    for (const folder of [world.parent, world.folder]) await chmod(folder, 0o777);
    replaceFs(t, 'chmod', () => Promise.reject(Object.assign(new Error('a message'), { code: 'EPERM' })));
    const items = world.open();
    await put(items, A);
    assert.deepEqual(await items.names(), [itemOf(A).name]);
    assert.deepEqual(world.log.lines, ['warn Other users may see the files of sessions: Error EPERM.']);
  });

  it('causes an error when it has become something else', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    await put(items, A);
    await rm(world.parent, { recursive: true });
    await writeFile(world.parent, '');
    const uses = [
      () => items.names(),
      () => textIn(items, A),
      () => put(items, A),
      () => world.open().names(),
    ];
    for (const use of uses)
      await assert.rejects(use, ({ code }: NodeJS.ErrnoException) => code === 'ENOTDIR' || code === 'EEXIST');
  });

  it('does not exist before it is used', async (t) => {
    const world = await FolderWorld.create(t);
    world.open().dispose();
    await world.clock.settle();
    await assert.rejects(stat(world.parent), { code: 'ENOENT' });
  });
});
