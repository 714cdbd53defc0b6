import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { systemClock } from '../../../../src/base/clock.ts';
import { NEVER } from '../../../../src/base/timeLimit.ts';
import { FileLocks } from '../../../../src/storage/node/fileLocks.ts';
import { FileSessions } from '../../../../src/storage/node/fileSessions.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** Where Windows puts the extension's files, for a person with a long name. */
const STORAGE = String.raw`C:\Users\a-name-of-20-letters\AppData\Roaming\Code - Insiders\User\globalStorage\bap-identity.bap-authentication`;
/** Windows refuses longer paths, unless it was told otherwise. */
const MAX_PATH = 259;

/** The names of all files and folders that an open store and a held lock have made. */
async function namesInUse(folder: string): Promise<string[]> {
  const log = new RecordingLog();
  const sessions = await FileSessions.open(path.join(folder, 'sessions'), randomBytes(32), log);
  await sessions.write(randomUUID(), 'text');
  const locks = new FileLocks(path.join(folder, 'locks'), () => Promise.resolve(), {
    clock: systemClock,
    log,
    closed: NEVER,
  });
  await locks.claimFor('told', 60_000);
  await locks.withLock('handed on', NEVER, (lock) => {
    lock.handOn(`${randomUUID()}.1234-56-7.0123456789abcdef`);
    return Promise.resolve();
  });
  let names: string[] = [];
  await locks.withLock('https://example.org/ CON: a*b?', NEVER, async () => {
    names = await readdir(folder, { recursive: true });
  });
  sessions.dispose();
  return names.filter((name) => name.includes(path.sep));
}

describe('the names of the files that windows share', () => {
  it('can be names on Windows, where case makes no difference', async (t) => {
    const names = await namesInUse(await temporaryFolder(t));
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
    for (const name of await namesInUse(await temporaryFolder(t))) {
      const file = path.win32.join(STORAGE, ...name.split(path.sep));
      assert.equal(path.win32.relative(STORAGE, file), name.replaceAll(path.sep, '\\'));
      assert.ok(file.length + unfinished.length <= MAX_PATH, file);
    }
  });
});
