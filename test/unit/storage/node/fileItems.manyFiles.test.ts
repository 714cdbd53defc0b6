import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

import { itemOf } from '../../../../src/sessions/items.ts';
import { FolderWorld, put } from '../../support/folderWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import type { Found } from './manyFilesWindow.ts';

const COUNT = 10_000;
const OPEN_FILES = 1_024;

/** Opens a window in a process that can have this many files open. `marks`: how many marks SecretStorage has. */
async function found({ parent, cipher }: FolderWorld, marks = 0): Promise<Found> {
  const script = path.join(import.meta.dirname, 'manyFilesWindow.ts');
  const command = `ulimit -n ${OPEN_FILES}; exec "$0" "$@"`;
  const args = ['-c', command, process.execPath, script, parent, cipher.keyText, String(marks)];
  const { stdout } = await promisify(execFile)('sh', args, {
    env: { ...process.env, NODE_TEST_CONTEXT: '' },
  });
  return JSON.parse(stdout) as Found;
}

describe(
  `a folder of items with ${COUNT} other files, at a limit of ${OPEN_FILES} open files`,
  {
    skip: process.platform === 'win32',
  },
  () => {
    const kinds: Record<string, () => string> = {
      'foreign files': randomUUID,
      'planted items': () => `${itemOf(recordOf(randomUUID())).name}.0123456789abcdef`,
      'planted sign-outs': () => `${itemOf(removedOf(randomUUID())).name}.0123456789abcdef`,
      'unfinished files': () => `${itemOf(recordOf(randomUUID())).name}.0123456789abcdef.0123abcd.tmp`,
    };
    for (const [what, nameOf] of Object.entries(kinds))
      it(`has its sessions, and logs nothing: ${what}`, async (t) => {
        const world = await FolderWorld.create(t);
        await put(world.open(), recordOf('a'));
        for (let at = 0; at < COUNT; at++) writeFileSync(path.join(world.folder, nameOf()), 'not ours');
        assert.deepEqual(await found(world), { sessions: 2, inSecrets: 2, log: [] });
      });

    it('gets the sign-outs of years from SecretStorage, as in a rebuilt container', async (t) => {
      const world = await FolderWorld.create(t);
      await put(world.open(), recordOf('a'));
      const marks = OPEN_FILES + 100;
      assert.deepEqual(await found(world, marks), { sessions: 2, inSecrets: marks + 2, log: [] });
      assert.equal((await world.files()).length, marks + 2);
    });

    it('has its sessions even if the others are damaged', async (t) => {
      const world = await FolderWorld.create(t);
      await put(world.open(), recordOf('a'));
      mkdirSync(world.folder, { recursive: true });
      for (let at = 0; at < OPEN_FILES + 100; at++)
        writeFileSync(
          await world.fileOf(recordOf(randomUUID())),
          'damaged, and longer than what we add to a text',
        );
      const { sessions, log } = await found(world);
      assert.equal(sessions, 2);
      assert.deepEqual([...new Set(log)], []);
    });
  },
);
