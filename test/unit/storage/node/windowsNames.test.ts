import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { systemClock } from '../../../../src/base/clock.ts';
import { NEVER } from '../../../../src/base/timeLimit.ts';
import { FileLocks } from '../../../../src/storage/node/fileLocks.ts';
import { FolderWorld, put } from '../../support/folderWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** Where Windows puts the extension's files, for a user with a long name. */
const STORAGE = String.raw`C:\Users\a-name-of-20-letters\AppData\Roaming\Code - Insiders\User\globalStorage\bap-identity.bap-authentication`;
/** Windows refuses longer paths by default. */
const MAX_PATH = 259;

/** The largest version that a user can get to: a sign-in each minute of ten years, renewed as often. */
const version = { signIn: 5_000_000, revision: 5_000_000, amendment: 10 };

/** The names of all files and folders that items, a claim and a held lock have made. */
async function namesInUse(t: TestContext): Promise<string[]> {
  const folder = await temporaryFolder(t);
  const world = await FolderWorld.create(t, folder);
  const items = world.open();
  for (const record of [recordOf(randomUUID(), { version }), removedOf(randomUUID(), { version })])
    await put(items, record);
  const runtime = { clock: systemClock, log: new RecordingLog(), closed: NEVER };
  const locks = new FileLocks(path.join(folder, 'locks'), () => Promise.resolve(), runtime);
  await locks.claimFor('told', 60_000);
  let names: string[] = [];
  await locks.withLock('https://example.org/ CON: a*b?', NEVER, async () => {
    names = await readdir(folder, { recursive: true });
  });
  return names.filter((name) => name.includes(path.sep));
}

describe('the names of the files that windows share', () => {
  it('can be names on Windows, where case makes no difference', async (t) => {
    const names = await namesInUse(t);
    assert.equal(names.length, 5, names.join());
    for (const name of names) {
      for (const part of name.split(path.sep)) {
        assert.match(part, /^[a-z0-9.-]+[a-z0-9]$/);
        assert.doesNotMatch(part, /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/);
      }
    }
  });

  it('stay within their folder on Windows, and are short enough', async (t) => {
    const unfinished = `.${'0'.repeat(8)}.tmp`;
    for (const name of await namesInUse(t)) {
      const file = path.win32.join(STORAGE, ...name.split(path.sep));
      assert.equal(path.win32.relative(STORAGE, file), name.replaceAll(path.sep, '\\'));
      assert.ok(file.length + unfinished.length <= MAX_PATH, file);
    }
  });
});
