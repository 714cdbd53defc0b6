import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { describe, it } from 'node:test';

import { serialize } from '../../../../src/sessions/record.ts';
import { FileSessions } from '../../../../src/storage/node/fileSessions.ts';
import { FolderWorld, KEY, nextChange, OTHER_KEY } from '../../support/folderWorld.ts';
import { recordOf } from '../../support/record.ts';

const ID = 'c8f4f0c2-0b7e-4a7e-9f55-2f6f1f3a9d10';
const OTHER_ID = '11111111-2222-4333-8444-555555555555';

describe('sessions as files', () => {
  it('are written, listed, read, replaced and deleted', async (t) => {
    const world = await FolderWorld.create(t);
    const sessions = await world.open();
    assert.deepEqual(await sessions.ids(), []);
    assert.equal(await sessions.read(ID), undefined);
    await sessions.write(ID, 'first');
    await sessions.write(OTHER_ID, 'other');
    await sessions.write(ID, 'second €');
    assert.deepEqual((await sessions.ids()).sort(), [OTHER_ID, ID]);
    assert.equal(await sessions.read(ID), 'second €');
    await sessions.delete(ID);
    await sessions.delete(ID); // a second time does no harm
    assert.deepEqual(await sessions.ids(), [OTHER_ID]);
    assert.equal(await sessions.read(ID), undefined);
    assert.deepEqual(world.log.lines, []);
  });

  it('are read by every window with the same key, also after a restart', async (t) => {
    const world = await FolderWorld.create(t);
    await (await world.open()).write(ID, 'text');
    assert.equal(await (await world.open()).read(ID), 'text');
  });

  it('are not seen, read or touched by a window with another key', async (t) => {
    const world = await FolderWorld.create(t);
    const [mine, theirs] = [await world.open(), await world.open(OTHER_KEY)];
    await mine.write(ID, 'mine');
    assert.deepEqual(await theirs.ids(), []);
    assert.equal(await theirs.read(ID), undefined);
    await theirs.write(ID, 'theirs');
    assert.equal(await mine.read(ID), 'mine');
    await theirs.delete(ID);
    assert.equal(await mine.read(ID), 'mine');
  });

  it('show nothing in the clear but the id', async (t) => {
    const world = await FolderWorld.create(t);
    const record = recordOf(ID);
    await (await world.open()).write(ID, serialize(record));
    const bytes = await readFile(world.fileOf(ID));
    const { grant, person, serviceId, scopes } = record;
    const told = [
      ID,
      grant.accessToken,
      grant.server,
      person.accountId,
      person.name,
      person.subject,
      serviceId,
      ...scopes,
    ];
    for (const each of told) assert.equal(bytes.includes(each), false, each);
    assert.equal(bytes.includes(Buffer.from(KEY)), false);
  });

  it('and their folder can be used by this user only', async (t) => {
    const world = await FolderWorld.create(t);
    await (await world.open()).write(ID, 'text');
    assert.equal((await stat(world.fileOf(ID))).mode & 0o777, 0o600);
    assert.equal((await stat(world.folder)).mode & 0o777, 0o700);
    assert.equal((await stat(path.dirname(world.folder))).mode & 0o777, 0o700);
  });

  it('have names that are valid on Windows, too', async (t) => {
    const world = await FolderWorld.create(t);
    await (await world.open()).write(ID, 'text');
    const names = await readdir(world.parent, { recursive: true });
    assert.deepEqual(
      names.flatMap((name) => name.split(path.sep)).filter((name) => !/^[0-9a-f-]+$/.test(name)),
      [],
    );
  });

  for (const id of ['../x', '..', '.', '', 'a/b', 'a\\b', 'a.tmp', 'C:x', 'a\0', `${ID}\n`, 'x'.repeat(65)])
    it(`refuse an id that is no name of a session: ${JSON.stringify(id).slice(0, 20)}`, async (t) => {
      const world = await FolderWorld.create(t);
      const sessions = await world.open();
      const refusal = { message: 'This is not the id of a session.' };
      await assert.rejects(sessions.read(id), refusal);
      await assert.rejects(sessions.write(id, 'text'), refusal);
      await assert.rejects(sessions.delete(id), refusal);
      assert.deepEqual(await readdir(world.parent, { recursive: true }), [path.basename(world.folder)]);
    });

  it('reject a write that fails, and leave nothing unfinished', async (t) => {
    const world = await FolderWorld.create(t);
    const sessions = await world.open();
    await mkdir(world.fileOf(ID));
    await assert.rejects(sessions.write(ID, 'text'), { code: 'EISDIR' });
    assert.deepEqual(await readdir(world.folder), [ID]);
    await sessions.write(OTHER_ID, 'other');
    assert.equal(await sessions.read(OTHER_ID), 'other', 'the others are not affected');
  });

  it('reject when the folder has become something else', async (t) => {
    const world = await FolderWorld.create(t);
    const sessions = await world.open();
    await rm(world.parent, { recursive: true });
    await writeFile(world.parent, '');
    await assert.rejects(sessions.ids(), { code: 'ENOTDIR' });
    await assert.rejects(sessions.read(ID), { code: 'ENOTDIR' });
    await assert.rejects(sessions.write(ID, 'text'));
    await assert.rejects(FileSessions.open(world.parent, KEY, world.log));
  });
});

describe('a folder of sessions that is deleted while it is open', () => {
  it('is created by the next write', async (t) => {
    const world = await FolderWorld.create(t);
    const sessions = await world.open();
    await sessions.write(ID, 'text');
    await rm(world.parent, { recursive: true });
    await sessions.write(ID, 'again');
    assert.equal(await sessions.read(ID), 'again');
    assert.equal((await stat(world.folder)).mode & 0o777, 0o700);
  });

  it('holds no sessions, which is no error', async (t) => {
    const world = await FolderWorld.create(t);
    const sessions = await world.open();
    await rm(world.parent, { recursive: true });
    assert.deepEqual(await sessions.ids(), []);
    assert.equal(await sessions.read(ID), undefined);
    await sessions.delete(ID);
  });

  it('is told to the window, and watched again', { timeout: 20_000 }, async (t) => {
    const world = await FolderWorld.create(t);
    const sessions = await world.open();
    await sessions.write(ID, 'text');
    const deleted = nextChange(sessions, (id) => id === undefined);
    await rm(world.folder, { recursive: true });
    await deleted;
    assert.deepEqual(await sessions.ids(), []);
    const other = await world.open();
    assert.deepEqual(await sessions.ids(), []); // a window lists the sessions every 30 seconds
    const changed = nextChange(sessions, (id) => id === OTHER_ID);
    await other.write(OTHER_ID, 'of another window');
    await changed;
    assert.deepEqual(world.log.lines, []);
  });
});

describe('a change of a session', { timeout: 20_000 }, () => {
  it('is told to the other windows with the same key', async (t) => {
    const world = await FolderWorld.create(t);
    const [one, two] = [await world.open(), await world.open()];
    for (const text of ['first', 'second']) {
      const changed = nextChange(two, (id) => id === ID);
      await one.write(ID, text);
      await changed;
      assert.equal(await two.read(ID), text);
    }
    const deleted = nextChange(two, (id) => id === ID);
    await one.delete(ID);
    await deleted;
    assert.equal(await two.read(ID), undefined);
  });

  it('is not told to windows with another key, to other listeners, or after the end', async (t) => {
    const world = await FolderWorld.create(t);
    const [one, two, foreign] = [await world.open(), await world.open(), await world.open(OTHER_KEY)];
    const heard: string[] = [];
    foreign.onDidChange((id) => heard.push(`foreign ${id}`));
    two.onDidChange((id) => heard.push(`removed ${id}`)).dispose();
    const disposed = await world.open();
    disposed.onDidChange((id) => heard.push(`disposed ${id}`));
    disposed.dispose();
    const changed = nextChange(two, (id) => id === ID);
    await one.write(ID, 'text');
    await changed;
    assert.deepEqual(heard, []);
  });

  it('is told by the name of the session only, not by unfinished files', async (t) => {
    const world = await FolderWorld.create(t);
    const [one, two] = [await world.open(), await world.open()];
    const heard = new Set<string | undefined>();
    two.onDidChange((id) => heard.add(id));
    const last = nextChange(two, (id) => id === OTHER_ID);
    await one.write(ID, 'text');
    await world.open(); // this touches the folder itself
    await one.write(OTHER_ID, 'text');
    await last;
    assert.deepEqual([...heard].filter(Boolean), [ID, OTHER_ID]);
  });
});

describe('a watcher that fails', () => {
  it('at the start leaves a line in the log, and the sessions can be used', async (t) => {
    const world = await FolderWorld.create(t);
    t.mock.method(fs, 'watch', () => {
      throw Object.assign(new Error('no space for watches'), { code: 'ENOSPC' });
    });
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.reset();
      syncBuiltinESMExports();
    });
    const sessions = await world.open();
    await sessions.write(ID, 'text');
    assert.equal(await sessions.read(ID), 'text');
    assert.deepEqual(world.log.lines, ['warn Changes by other windows are noticed late: Error ENOSPC.']);
    sessions.dispose();
  });

  it('later leaves a line in the log, and the sessions can be used', async (t) => {
    const world = await FolderWorld.create(t);
    const watchers: fs.FSWatcher[] = [];
    const works = fs.watch;
    t.mock.method(fs, 'watch', (...args: Parameters<typeof works>) => {
      const watcher = works(...args);
      watchers.push(watcher);
      return watcher;
    });
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.reset();
      syncBuiltinESMExports();
    });
    const sessions = await world.open();
    watchers[0]?.emit('error', Object.assign(new Error('gone'), { code: 'EPERM' }));
    await sessions.write(ID, 'text');
    assert.equal(await sessions.read(ID), 'text');
    assert.deepEqual(world.log.lines, ['warn Changes by other windows are noticed late: Error EPERM.']);
  });
});

describe('the sweep when sessions are opened', () => {
  const HOUR_MS = 3_600_000;
  const DAY_MS = 24 * HOUR_MS;
  const age = async (file: string, ms: number): Promise<void> => {
    const then = new Date(Date.now() - ms);
    await utimes(file, then, then);
  };

  it('deletes what a crash left unfinished more than an hour ago', async (t) => {
    const world = await FolderWorld.create(t);
    await (await world.open()).write(ID, 'text');
    for (const [name, ms] of [
      [`${ID}.old.tmp`, HOUR_MS + 60_000],
      [`${ID}.young.tmp`, HOUR_MS - 60_000],
      [ID, 99 * DAY_MS],
    ] as const) {
      if (name !== ID) await writeFile(world.fileOf(name), 'unfinished');
      await age(world.fileOf(name), ms);
    }
    const sessions = await world.open();
    await world.quiet();
    assert.deepEqual((await readdir(world.folder)).sort(), [ID, `${ID}.young.tmp`]);
    assert.equal(await sessions.read(ID), 'text');
  });

  it('deletes the folders of keys that were not used for 100 days', async (t) => {
    const world = await FolderWorld.create(t);
    const startMs = Date.now() - 2_000; // some file systems count in steps of two seconds
    for (const [name, days] of [
      ['old', 101],
      ['young', 99],
    ] as const) {
      await mkdir(path.join(world.parent, name, 'inside'), { recursive: true });
      await age(path.join(world.parent, name), days * DAY_MS);
    }
    await (await world.open()).write(ID, 'text');
    await age(world.folder, 101 * DAY_MS);
    const sessions = await world.open();
    await world.quiet();
    assert.deepEqual((await readdir(world.parent)).sort(), [path.basename(world.folder), 'young'].sort());
    assert.equal(await sessions.read(ID), 'text', 'the key of this window is in use');
    assert.ok((await stat(world.folder)).mtimeMs >= startMs, 'which is written down');
    assert.deepEqual(world.log.lines, []);
  });

  it('is done by two windows at the same moment without a line in the log', async (t) => {
    const world = await FolderWorld.create(t);
    await world.open();
    for (let at = 0; at < 100; at++) {
      await writeFile(world.fileOf(`${at}.tmp`), '');
      await age(world.fileOf(`${at}.tmp`), DAY_MS);
      await mkdir(path.join(world.parent, `${at}`));
      await age(path.join(world.parent, `${at}`), 200 * DAY_MS);
    }
    await Promise.all([world.open(), world.open(), world.open()]);
    await world.quiet();
    assert.deepEqual(await readdir(world.parent, { recursive: true }), [path.basename(world.folder)]);
    assert.deepEqual(world.log.lines, []);
  });
});
