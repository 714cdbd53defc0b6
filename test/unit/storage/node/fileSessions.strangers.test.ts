import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { SessionCipher } from '../../../../src/storage/node/sessionKey.ts';
import { FolderWorld, OTHER_KEY } from '../../support/folderWorld.ts';

const ID = 'c8f4f0c2-0b7e-4a7e-9f55-2f6f1f3a9d10';
const OTHER_ID = '11111111-2222-4333-8444-555555555555';

/** What a program of the same user can do to the file of a session. The file of another session is there, too. */
const attacks: Record<string, (file: string, other: string) => unknown> = {
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
  'is the file of another session': (file, other) => rename(other, file),
  'is a copy of the file of another session': (file, other) => copyFile(other, file),
  'is encrypted with another key': (file) =>
    writeFile(file, new SessionCipher(OTHER_KEY).encrypt(ID, 'planted')),
  'has a size of 10 MB': (file) => writeFile(file, Buffer.alloc(10_000_000)),
  'is the text in the clear': (file) => writeFile(file, 'text'),
};
/** What is no file at all. */
const noFiles: Record<string, (file: string, other: string) => unknown> = {
  'is a folder': (file) => mkdir(file),
  'is a link to the file of another session': (file, other) => symlink(other, file),
  'is a link to nowhere': (file) => symlink('nowhere', file),
  'is a link to a device that never ends': (file) => symlink('/dev/zero', file),
  'is a pipe without a writer': (file) => execFileSync('mkfifo', [file]),
  'is gone': () => undefined,
};

describe('a file of a session that a stranger has changed', { skip: process.platform === 'win32' }, () => {
  for (const [what, attack] of Object.entries({ ...attacks, ...noFiles }))
    it(`is ignored: it ${what}`, async (t) => {
      const world = await FolderWorld.create(t);
      const sessions = await world.open();
      await sessions.write(ID, 'text');
      await sessions.write(OTHER_ID, 'other');
      if (what in noFiles) await rm(world.fileOf(ID));
      await attack(world.fileOf(ID), world.fileOf(OTHER_ID));
      assert.equal(await sessions.read(ID), undefined);
      const isLogged = what in attacks && !what.includes('10 MB');
      assert.deepEqual(
        world.log.lines,
        isLogged ? ['warn A file among the stored sessions is foreign or damaged. It is ignored.'] : [],
      );
      if (!what.includes('another session')) assert.equal(await sessions.read(OTHER_ID), 'other');
    });

  for (const [what, attack] of Object.entries(attacks))
    it(`is written again by the next write: it ${what}`, async (t) => {
      const world = await FolderWorld.create(t);
      const sessions = await world.open();
      await sessions.write(ID, 'text');
      await sessions.write(OTHER_ID, 'other');
      await attack(world.fileOf(ID), world.fileOf(OTHER_ID));
      await sessions.write(ID, 'new text');
      assert.equal(await sessions.read(ID), 'new text');
    });
});

describe('a foreign file in the place of a session', () => {
  it('is told in the log once, and again after a good one', async (t) => {
    const world = await FolderWorld.create(t);
    const sessions = await world.open();
    await sessions.write(ID, 'text');
    for (const lines of [1, 2]) {
      await writeFile(world.fileOf(ID), 'garbage, but of more than 28 bytes: not encrypted by us');
      for (let looks = 0; looks < 3; looks++) assert.equal(await sessions.read(ID), undefined);
      assert.equal(world.log.lines.length, lines);
      await sessions.write(ID, 'text');
      assert.equal(await sessions.read(ID), 'text');
    }
  });
});

describe('other files in the folder', () => {
  it('are no sessions', async (t) => {
    const world = await FolderWorld.create(t);
    const sessions = await world.open();
    for (const name of ['.hidden', 'a.txt', 'a b', 'ä', 'x'.repeat(65), `${ID}.abc.tmp`])
      await writeFile(path.join(world.folder, name), 'text');
    await sessions.write(ID, 'text');
    assert.deepEqual(await sessions.ids(), [ID]);
  });
});
