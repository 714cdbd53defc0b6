import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { itemOf } from '../../../../src/sessions/items.ts';
import { SessionCipher } from '../../../../src/storage/cipher.ts';
import { textOf } from '../../support/fakeStorage.ts';
import { FolderWorld, put, textIn } from '../../support/folderWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { renewed } from '../../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const B = recordOf('b');

type Attack = (file: string, other: string) => unknown;

/** What a program of the same user can do to the file of an item. The file of another item is there, too. */
const attacks: Record<string, Attack> = {
  'is garbage': (file) => writeFile(file, 'garbage, but of more than 28 bytes: not encrypted by us'),
  'is empty': (file) => writeFile(file, ''),
  'is shorter than what we add to a text': (file) => truncate(file, 27),
  'is truncated by one byte': async (file) => truncate(file, (await readFile(file)).length - 1),
  'has one changed byte': async (file) => {
    const bytes = await readFile(file);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await writeFile(file, bytes);
  },
  'has one more byte': (file) => writeFile(file, '\0', { flag: 'a' }),
  'is the file of another item': (file, other) => rename(other, file),
  'is a copy of the file of another item': (file, other) => copyFile(other, file),
  'is encrypted with another key': async (file) =>
    writeFile(file, await (await SessionCipher.create()).seal(itemOf(A).name, textOf(A))),
  'has a size of 10 MB': (file) => writeFile(file, Buffer.alloc(10_000_000)),
  'is the text in the clear': (file) => writeFile(file, textOf(A)),
  'is a link to the file of another item': (file, other) => instead(file, symlink, other),
  'is a link to nowhere': (file) => instead(file, symlink, 'nowhere'),
  'is a link to a device that never ends': (file) => instead(file, symlink, '/dev/zero'),
  'is a pipe without a writer': (file) => instead(file, () => execFileSync('mkfifo', [file])),
  'is a folder': (file) => instead(file, () => mkdir(path.join(file, 'inside'), { recursive: true })),
  'is gone': (file) => rm(file),
};

async function instead(
  file: string,
  make: (target: string, file: string) => unknown,
  target = '',
): Promise<void> {
  await rm(file);
  await make(target, file);
}

describe(
  'the file of an item that another program has changed',
  { skip: process.platform === 'win32' },
  () => {
    for (const [what, attack] of Object.entries(attacks)) {
      it(`affects this item only: it ${what}`, async (t) => {
        const world = await FolderWorld.create(t);
        const items = world.open();
        await put(items, A);
        await put(items, B);
        await attack(await world.fileOf(A), await world.fileOf(B));
        for (const each of [items, world.open()]) {
          assert.equal(await textIn(each, A), undefined);
          if (!what.includes('another item')) assert.equal(await textIn(each, B), textOf(B));
        }
        assert.deepEqual(world.log.lines, []);
      });

      it(`does not block a newer item: it ${what}`, async (t) => {
        const world = await FolderWorld.create(t);
        const items = world.open();
        await put(items, A);
        await put(items, B);
        await attack(await world.fileOf(A), await world.fileOf(B));
        // A folder cannot be deleted as a file can, so it stays.
        if (what === 'is a folder') await assert.rejects(put(items, SECOND));
        else await put(items, SECOND);
        assert.equal(await textIn(world.open(), SECOND), textOf(SECOND));
      });

      it(`is written again by the window that has its text: it ${what}`, async (t) => {
        const world = await FolderWorld.create(t);
        const items = world.open();
        await put(items, A);
        await put(items, B);
        await attack(await world.fileOf(A), await world.fileOf(B));
        if (what === 'is a folder') {
          await assert.rejects(put(items, A));
          assert.deepEqual(
            (await world.files()).filter((name) => name.endsWith('.tmp')),
            [],
          );
        } else {
          await put(items, A);
          assert.equal(await textIn(world.open(), A), textOf(A));
        }
      });
    }
  },
);

describe(
  'the file of a sign-out that another program has changed',
  { skip: process.platform === 'win32' },
  () => {
    const MARK = removedOf('a');
    for (const [what, attack] of Object.entries(attacks).filter(([each]) => !each.includes('is gone')))
      it(`is still a sign-out: it ${what}`, async (t) => {
        const world = await FolderWorld.create(t);
        await put(world.open(), MARK);
        await put(world.open(), B);
        await writeFile(await world.fileOf(MARK), 'not empty'); // so that each attack finds bytes
        await attack(await world.fileOf(MARK), await world.fileOf(B));
        const items = world.open();
        assert.ok((await items.names()).includes(itemOf(MARK).name));
        await put(items, A);
        assert.deepEqual(
          (await items.names()).filter((name) => name.startsWith('a.')),
          [itemOf(MARK).name],
        );
      });
  },
);

describe('files that another program has planted', () => {
  const version = '1-0-0.0123456789abcdef';

  it('are not items, whatever their names: nobody can make the tag of a name without the key', async (t) => {
    const world = await FolderWorld.create(t);
    await put(world.open(), A);
    const other = await SessionCipher.create();
    const planted = [
      `a.9-0-0.removed`,
      `a.9-0-0.removed.0123456789abcdef`,
      await world.fileNameOf('a.9-0-0.removed', other),
      await world.fileNameOf(`a.${version}`, other),
      `a.9-0-0.removed.${await world.cipher.tagOf(itemOf(A).name)}`, // the tag of another name
      `a.9-0-0.removed.`,
      `a.9-0-0.removed..`,
      (await world.fileNameOf(itemOf(A).name)).toUpperCase(),
    ];
    for (const name of planted) await writeFile(path.join(world.folder, name), textOf(A), { flag: 'a' });
    const items = world.open();
    assert.deepEqual(await items.names(), [itemOf(A).name]);
    await put(items, SECOND);
    assert.deepEqual(await items.names(), [itemOf(SECOND).name]);
    for (const name of planted) await stat(path.join(world.folder, name)); // left alone
    assert.deepEqual(world.log.lines, []);
  });

  it('of a later format are left alone', async (t) => {
    const world = await FolderWorld.create(t);
    await put(world.open(), A);
    const later = [
      'a.1-0-0-0.0123456789abcdef',
      'a.v2.1-0-0.removed',
      `a.1-0-0.${'0'.repeat(32)}`,
      'b.1-0-0.ended',
    ];
    const files = await Promise.all(later.map((name) => world.fileNameOf(name)));
    for (const file of files) await writeFile(path.join(world.folder, file), 'later');
    const items = world.open();
    for (const record of [SECOND, removedOf('a')]) await put(items, record);
    assert.deepEqual(await items.names(), [itemOf(removedOf('a')).name]);
    for (const file of files) assert.equal(await readFile(path.join(world.folder, file), 'utf8'), 'later');
    assert.deepEqual(world.log.lines, []);
  });

  it('in place of an item, as a link, are replaced by it, and the target of the link is kept', async (t) => {
    const world = await FolderWorld.create(t);
    const items = await world.ready();
    const target = `${world.parent} target`;
    await writeFile(target, 'kept');
    await symlink(target, await world.fileOf(A));
    await put(items, A); // takes the place of the link
    assert.equal(await readFile(target, 'utf8'), 'kept');
    assert.equal(await textIn(items, A), textOf(A));
  });
});
