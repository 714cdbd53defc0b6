import assert from 'node:assert/strict';
import fs from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { itemOf } from '../../../../src/sessions/items.ts';
import { SharedKey } from '../../../../src/storage/keyAgreement.ts';
import { SessionCipher } from '../../../../src/storage/cipher.ts';
import { FileItems } from '../../../../src/storage/node/fileItems.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { FakeSecrets } from '../../support/fakeSecrets.ts';
import { textOf } from '../../support/fakeStorage.ts';
import { FolderWorld, nextChange, put, textIn } from '../../support/folderWorld.ts';
import { twoKeys } from '../../support/keyWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { renewed } from '../../support/storeWorld.ts';

const A = recordOf('a');
const B = recordOf('b');

describe('a change of an item in the folder', { timeout: 20_000 }, () => {
  it('fires in the other windows with the same key', async (t) => {
    const world = await FolderWorld.create(t);
    const [one, two] = [await world.ready(), await world.ready()];
    for (const record of [A, renewed(A, 'second'), removedOf('a')]) {
      const changed = nextChange(two, (id) => id === 'a');
      await put(one, record);
      await changed;
      assert.ok((await two.names()).includes(itemOf(record).name));
    }
  });

  it('does not fire with another key, for a disposed listener, or after the end', async (t) => {
    const world = await FolderWorld.create(t);
    const otherKey = await SessionCipher.create();
    const [one, two, foreign] = [await world.ready(), await world.ready(), await world.ready(otherKey)];
    const heard: string[] = [];
    foreign.onDidChange((id) => heard.push(`foreign ${id}`));
    two.onDidChange((id) => heard.push(`removed ${id}`)).dispose();
    const disposed = await world.ready();
    disposed.onDidChange((id) => heard.push(`disposed ${id}`));
    disposed.dispose();
    const changed = nextChange(two, (id) => id === 'a');
    await put(one, A);
    await changed;
    assert.deepEqual(heard, []);
  });

  it('fires with the id of the session, and not for unfinished or foreign files', async (t) => {
    const world = await FolderWorld.create(t);
    const [one, two] = [await world.ready(), await world.ready()];
    const heard = new Set<string | undefined>();
    two.onDidChange((id) => heard.add(id));
    const last = nextChange(two, (id) => id === 'b');
    await put(one, A);
    for (const name of ['x', '.1-0-0', 'c.1-0-0', ''])
      await writeFile(path.join(world.folder, `${name}.x`), '');
    await put(one, B);
    await last;
    assert.deepEqual([...heard], ['a', 'b']);
  });

  it('has no watcher after the end, even if it ends while it opens', async (t) => {
    const world = await FolderWorld.create(t);
    const watchers = seenWatchers(t);
    const used = await world.ready();
    assert.deepEqual(await openOnes(watchers), [true]);
    used.dispose();
    assert.deepEqual(await openOnes(watchers), [false]);
    const items = world.open();
    const opening = items.names();
    items.dispose();
    await opening;
    world.closed.abort();
    await world.open().names();
    assert.equal(watchers.length, 1);
  });

  it('fires for all sessions when the system does not say which file has changed', async (t) => {
    const world = await FolderWorld.create(t);
    const works = fs.watch;
    const listeners: unknown[] = [];
    mockWatch(t, (...args) => {
      listeners.push(args.at(-1));
      return works(...args);
    });
    const items = await world.ready();
    const heard: (string | undefined)[] = [];
    items.onDidChange((id) => heard.push(id));
    const [listener] = listeners as ((event: string, file: string | null) => void)[];
    assert.ok(listener);
    listener('rename', null);
    assert.deepEqual(heard, [undefined]);
  });
});

describe('a folder of items that is deleted while it is open', { timeout: 20_000 }, () => {
  it('is created by the next write', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    await put(items, A);
    await rm(world.parent, { recursive: true });
    await put(items, A);
    assert.equal(await textIn(items, A), textOf(A));
    assert.equal((await stat(world.folder)).mode & 0o777, 0o700);
  });

  it('has no items, which is not an error', async (t) => {
    const world = await FolderWorld.create(t);
    const items = world.open();
    await put(items, A);
    await rm(world.parent, { recursive: true });
    assert.deepEqual([await items.names(), await textIn(items, A)], [[], undefined]);
    assert.deepEqual(world.log.lines, []);
  });

  for (const what of ['folder', 'parent'] as const)
    it(`fires in the window, and is watched again (${what})`, async (t) => {
      const world = await FolderWorld.create(t);
      const watchers = seenWatchers(t);
      const items = await world.ready();
      await put(items, A);
      const deleted = nextChange(items, (id) => id === undefined);
      await rm(world[what], { recursive: true });
      await deleted;
      assert.deepEqual(await items.names(), []); // a window lists the items every 30 seconds
      const [last, ...others] = (await openOnes(watchers)).reverse();
      assert.deepEqual([last, others.includes(true)], [true, false], 'one watcher at a time');
      const changed = nextChange(items, (id) => id === 'b');
      await put(world.open(), B);
      await changed;
      assert.deepEqual(world.log.lines, []);
    });
});

describe('a watcher that fails', () => {
  const line = (code: string): string => `warn Changes by other windows are noticed late: Error ${code}.`;
  const failure = (code: string): Error => Object.assign(new Error('private'), { code });

  it('at the start leaves one line in the log, and the items can be used', async (t) => {
    const world = await FolderWorld.create(t);
    mockWatch(t, () => {
      throw failure('ENOSPC');
    });
    const items = world.open();
    await put(items, A);
    assert.equal(await textIn(items, A), textOf(A));
    assert.deepEqual(world.log.lines, [line('ENOSPC')]);
    items.dispose();
  });

  it('later leaves one line in the log, is replaced, and the items can be used', async (t) => {
    const world = await FolderWorld.create(t);
    const watchers = seenWatchers(t);
    const items = await world.ready();
    for (const times of [1, 2]) {
      watchers.at(-1)?.watcher.emit('error', failure('EPERM'));
      await put(items, A);
      assert.equal(await textIn(items, A), textOf(A));
      assert.deepEqual(await openOnes(watchers), [...Array<boolean>(times).fill(false), true]);
    }
    assert.deepEqual(world.log.lines, [line('EPERM')]);
  });
});

describe('another key that the windows agree on', { timeout: 20_000 }, () => {
  it('makes the window use and watch the folder of that key', async (t) => {
    const world = await FolderWorld.create(t);
    const watchers = seenWatchers(t);
    const { winner, loser } = await twoKeys();
    const [memento, clock] = [new FakeMemento(), world.clock];
    const runtime = { clock, log: world.log, closed: world.closed.signal };
    const open = async (keyText: string): Promise<FileItems> => {
      const secrets = new FakeSecrets(clock);
      secrets.stored.set('sessionKey', keyText);
      const items = new FileItems(world.parent, new SharedKey(secrets.window(), memento, runtime), runtime);
      t.after(() => {
        items.dispose();
      });
      await clock.run(items.names());
      return items;
    };
    const [one, two] = [await open(winner.keyText), await open(loser.keyText)];
    await put(one, A);
    assert.deepEqual(await two.names(), []);
    const agreed = nextChange(two, (id) => id === undefined);
    await clock.advance(20_000);
    await agreed;
    assert.deepEqual(await two.names(), [itemOf(A).name]);
    assert.deepEqual(
      await openOnes(watchers),
      [true, false, true],
      'the folder of the other key is left alone',
    );
    const changed = nextChange(two, (id) => id === 'b');
    await put(one, B);
    await changed;
  });
});

function mockWatch(t: TestContext, watch: (...args: Parameters<typeof fs.watch>) => fs.FSWatcher): void {
  t.mock.method(fs, 'watch', watch);
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.reset();
    syncBuiltinESMExports();
  });
}

interface SeenWatcher {
  readonly watcher: fs.FSWatcher;
  isOpen: boolean;
}

/** The watchers that are made from now on. */
function seenWatchers(t: TestContext): SeenWatcher[] {
  const watchers: SeenWatcher[] = [];
  const works = fs.watch;
  mockWatch(t, (...args) => {
    const seen = { watcher: works(...args), isOpen: true };
    seen.watcher.on('close', () => {
      seen.isOpen = false;
    });
    watchers.push(seen);
    return seen.watcher;
  });
  return watchers;
}

/** Which of them are open. A watcher says a moment later that it was closed. */
async function openOnes(watchers: readonly SeenWatcher[]): Promise<boolean[]> {
  await nextTurn();
  return watchers.map(({ isOpen }) => isOpen);
}
