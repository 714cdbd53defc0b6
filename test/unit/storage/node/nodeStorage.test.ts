import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type * as vscode from 'vscode';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { itemOf, parseItem } from '../../../../src/sessions/items.ts';
import { type StartupCheck, watchForLostSessions } from '../../../../src/sessions/lost.ts';
import { NoticeEmitter } from '../../../../src/sessions/notices.ts';
import { PendingRevocations } from '../../../../src/sessions/pendingRevocations.ts';
import type { WindowStorage } from '../../../../src/sessions/ports.ts';
import { SessionStore } from '../../../../src/sessions/store.ts';
import { openNodeStorage } from '../../../../src/storage/node/nodeStorage.ts';
import { DiskClock } from '../../support/diskClock.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { FakeSecrets } from '../../support/fakeSecrets.ts';
import { textOf } from '../../support/fakeStorage.ts';
import { nextChange, put, textIn } from '../../support/folderWorld.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { renewed } from '../../support/storeWorld.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const B = recordOf('b');

interface Window extends WindowStorage {
  close(): void;
}

/** One client: its windows share SecretStorage, the global state and the folder. */
class Client {
  readonly clock = new DiskClock();
  secrets = new FakeSecrets(this.clock);
  readonly memento = new FakeMemento();
  readonly log = new RecordingLog();
  readonly folder: string;
  readonly #open: Window[];

  private constructor(folder: string, open: Window[]) {
    this.folder = folder;
    this.#open = open;
  }

  static async create(t: TestContext): Promise<Client> {
    const open: Window[] = [];
    const folder = await temporaryFolder(t, () => {
      for (const each of open) each.close();
    });
    return new Client(folder, open);
  }

  window({ inBrowser = false, folder = this.folder } = {}): Window {
    const { clock, log, memento } = this;
    const closed = new AbortController();
    const uri: unknown = { fsPath: folder };
    const context = {
      secrets: this.secrets.window(),
      globalState: Object.assign(memento, { setKeysForSync: () => undefined }),
      globalStorageUri: uri as vscode.Uri,
    };
    const opened = openNodeStorage(context, inBrowser, { clock, log, closed: closed.signal });
    const close = (): void => {
      closed.abort(new Error('closed'));
      opened.storage.dispose();
      opened.revocations.dispose();
    };
    const window = { ...opened, close };
    this.#open.push(window);
    return window;
  }

  /** The names of the items in SecretStorage. */
  get inSecrets(): string[] {
    return [...this.secrets.stored.keys()].flatMap((key) =>
      key.startsWith('session/') ? [key.slice('session/'.length)] : [],
    );
  }

  /** The names of the items in the folder, without their tags. */
  async inFiles(): Promise<string[]> {
    const files = await readdir(path.join(this.folder, 'sessions'), { recursive: true });
    return files
      .map((file) => path.basename(file).split('.').slice(0, 3).join('.'))
      .filter((name) => parseItem(name) !== undefined);
  }

  get warnings(): string[] {
    return this.log.lines.filter((line) => line.startsWith('warn'));
  }
}

/** What a window finds at its start, compared with the index that the window before has left. */
async function lostIn(client: Client, { storage, locks }: Window): Promise<StartupCheck | undefined> {
  const { clock, log, memento } = client;
  const runtime = { clock, log, closed: NEVER };
  const store = new SessionStore(storage, locks, runtime);
  return watchForLostSessions(store, memento, new NoticeEmitter(store, locks), runtime);
}

describe('the storage of sessions in Node', () => {
  it('has a folder for each purpose, and is finished when all files are written', async (t) => {
    const client = await Client.create(t);
    const window = client.window();
    void put(window.storage, A);
    await window.finish();
    assert.deepEqual(await client.inFiles(), [itemOf(A).name]);
    await put(window.signIns, A);
    await put(window.revocations, B);
    await window.locks.withLock('a', NEVER, () => Promise.resolve());
    assert.deepEqual((await readdir(client.folder)).sort(), ['locks', 'revocations', 'sessions', 'signIns']);
  });

  it('is heard of no more after the end', async (t) => {
    const client = await Client.create(t);
    const window = client.window();
    await window.storage.names();
    assert.ok(client.secrets.listeners > 0);
    window.storage.dispose();
    window.dispose();
    assert.equal(client.secrets.listeners, 0);
  });

  it('is SecretStorage and encrypted files', async (t) => {
    const client = await Client.create(t);
    const [one, two] = [client.window().storage, client.window().storage];
    await one.names();
    await put(one, A);
    await client.clock.settle();
    assert.equal(await textIn(two, A), textOf(A));
    const names = [itemOf(A).name];
    assert.deepEqual([await two.names(), client.inSecrets, await client.inFiles()], [names, names, names]);
    await put(two, SECOND);
    await client.clock.settle();
    const newer = [itemOf(SECOND).name];
    assert.deepEqual([await one.names(), client.inSecrets, await client.inFiles()], [newer, newer, newer]);
    assert.deepEqual(client.warnings, []);
  });

  it('keeps renewals out of SecretStorage in a browser', async (t) => {
    const client = await Client.create(t);
    const { storage } = client.window({ inBrowser: true });
    for (const record of [A, SECOND]) await put(storage, record);
    await client.clock.settle();
    assert.deepEqual([client.inSecrets, await client.inFiles()], [[itemOf(A).name], [itemOf(SECOND).name]]);
    await put(storage, removedOf('a'));
    await client.clock.settle();
    assert.deepEqual(client.inSecrets, [itemOf(removedOf('a')).name]);
  });

  it('does nothing with sessions before it is used', async (t) => {
    const client = await Client.create(t);
    client.window();
    await client.clock.settle();
    await assert.rejects(readdir(path.join(client.folder, 'sessions')), { code: 'ENOENT' });
    assert.deepEqual([...client.secrets.stored], []);
  });

  it('fires changes of other windows, until it is disposed', { timeout: 20_000 }, async (t) => {
    const client = await Client.create(t);
    const [one, two, ended] = [client.window().storage, client.window().storage, client.window().storage];
    for (const each of [one, two, ended]) await each.names();
    ended.onDidChange(() => assert.fail('it was disposed'));
    ended.dispose();
    const changed = nextChange(two, (id) => id === 'a');
    await put(one, A);
    await changed;
  });
});

describe('a revocation that waits', () => {
  it('is in an encrypted file apart from the sessions, for all windows, until it is over', async (t) => {
    const client = await Client.create(t);
    const runtime = { clock: client.clock, log: client.log, closed: new AbortController().signal };
    const [one, two] = [client.window(), client.window()].map(
      ({ revocations }) => new PendingRevocations(revocations, runtime),
    );
    assert.ok(one && two);
    const grant = { server: 'https://auth.example', accessToken: 'canary' };
    const id = await one.add('adom', grant, 0);
    assert.equal((await two.get(id))?.grant.accessToken, 'canary');
    const everything = async (): Promise<string> => {
      const entries = await readdir(client.folder, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile())
        .map((file) => path.join(file.parentPath, file.name));
      const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
      return [...files, ...texts, JSON.stringify([[...client.memento.kept], client.inSecrets])].join('\n');
    };
    assert.match(await everything(), new RegExp(`revocations/[0-9a-f]{32}/${id}\\.`));
    assert.deepEqual([client.inSecrets, (await everything()).includes('canary')], [[], false]);
    await two.end(id);
    assert.deepEqual([await one.list(), await one.get(id)], [[], undefined]);
    assert.match(await everything(), new RegExp(`${id}\\.1-0-0\\.removed\\.`));
    assert.doesNotMatch(await everything(), new RegExp(`${id}\\.1-0-0\\.[0-9a-f]{16}\\.`));
    for (const window of [one, two]) assert.equal((await window.list()).length, 0);
  });
});

describe('the sessions of a client', () => {
  it('survive a rebuilt container, another profile or machine, where the folder is another one', async (t) => {
    const client = await Client.create(t);
    const before = client.window();
    for (const record of [A, removedOf('b')]) await put(before.storage, record);
    await client.clock.settle();
    before.close();
    await rm(client.folder, { recursive: true });
    const { storage } = client.window();
    assert.deepEqual([...(await storage.names())].sort(), [itemOf(A).name, itemOf(removedOf('b')).name]);
    assert.equal(await textIn(storage, A), textOf(A));
    await client.clock.settle();
    assert.deepEqual((await client.inFiles()).sort(), [itemOf(A).name, itemOf(removedOf('b')).name]);
    assert.deepEqual(client.warnings, []);
  });

  it('are the same in a second container, whose folder is another one, and none counts as lost', async (t) => {
    const client = await Client.create(t);
    const first = client.window();
    await lostIn(client, first);
    await put(first.storage, A);
    await client.clock.settle();
    const second = client.window({ folder: await temporaryFolder(t) });
    assert.deepEqual(await lostIn(client, second), { expected: 1, lost: 0 });
    assert.equal(await textIn(second.storage, A), textOf(A));
    await put(second.storage, removedOf('a'));
    await client.clock.settle();
    assert.deepEqual(await first.storage.names(), [itemOf(removedOf('a')).name]);
    assert.deepEqual(client.warnings, []);
  });

  it('survive a lost item in SecretStorage', async (t) => {
    const client = await Client.create(t);
    const before = client.window();
    await put(before.storage, A);
    await client.clock.settle();
    before.close();
    client.secrets.stored.delete(`session/${itemOf(A).name}`);
    const { storage } = client.window();
    assert.deepEqual(await storage.names(), [itemOf(A).name]);
    await client.clock.settle();
    assert.deepEqual(client.inSecrets, [itemOf(A).name]);
  });

  it('are not mixed with those of another client that uses the same folder', async (t) => {
    const client = await Client.create(t);
    await put(client.window().storage, A);
    await client.clock.settle();
    client.secrets = new FakeSecrets(client.clock);
    client.memento.kept.clear();
    const other = client.window().storage;
    assert.deepEqual([await other.names(), await textIn(other, A)], [[], undefined]);
  });
});

describe('a storage of which one place cannot be used', () => {
  it('is SecretStorage alone without a folder, and files are written later', async (t) => {
    const client = await Client.create(t);
    const folder = path.join(client.folder, 'sessions');
    await writeFile(folder, ''); // cannot be used as a folder, not even by root
    const [one, two] = [client.window(), client.window()];
    const heard: (string | undefined)[] = [];
    await two.storage.names();
    two.storage.onDidChange((id) => heard.push(id));
    await put(one.storage, A);
    await client.clock.settle();
    assert.equal(await textIn(two.storage, A), textOf(A));
    assert.deepEqual(heard, ['a']);
    const { secrets, shared, sharedPlace } = await one.status();
    assert.deepEqual([secrets, shared, sharedPlace], ['works', 'fails', 'files']);
    await rm(folder);
    await client.clock.advance(5_000);
    assert.deepEqual(await client.inFiles(), [itemOf(A).name]);
    assert.equal((await one.status()).shared, 'works');
    for (const line of client.warnings)
      assert.match(line, /^warn Sessions cannot be (read from|written to) the shared copy: Error E[A-Z]+\.$/);
    assert.equal(client.warnings.length, 2, 'one for each window');
  });

  it('is the files alone without SecretStorage, once the key is known', async (t) => {
    const client = await Client.create(t);
    const { storage, status } = client.window();
    await put(storage, A);
    await client.clock.settle();
    client.secrets.readFailure = client.secrets.writeFailure = new Error('locked');
    await put(storage, B);
    assert.deepEqual([...(await storage.names())].sort(), [itemOf(A).name, itemOf(B).name]);
    assert.equal((await status()).secrets, 'fails');
    client.secrets.readFailure = client.secrets.writeFailure = undefined;
    await client.clock.advance(5_000);
    assert.deepEqual(client.inSecrets.sort(), [itemOf(A).name, itemOf(B).name]);
  });

  it("rejects with VS Code's error when the key cannot be read either, and recovers", async (t) => {
    const client = await Client.create(t);
    const window = client.window();
    const failure = new Error('locked');
    const isFailure = (error: unknown): boolean => error === failure;
    client.secrets.readFailure = failure;
    await assert.rejects(window.storage.names(), isFailure);
    await assert.rejects(textIn(window.storage, A), isFailure);
    await assert.rejects(put(window.storage, A), isFailure);
    client.secrets.readFailure = undefined;
    await client.clock.advance(5_000);
    assert.deepEqual([client.inSecrets, await client.inFiles()], [[itemOf(A).name], [itemOf(A).name]]);
  });

  it('writes files while the window closes, and does not use SecretStorage', async (t) => {
    const client = await Client.create(t);
    const window = client.window();
    await put(window.storage, A);
    await client.clock.settle();
    window.close();
    client.secrets.readFailure = client.secrets.writeFailure = new Error('Canceled');
    await put(window.storage, SECOND);
    assert.deepEqual(await window.storage.names(), [itemOf(SECOND).name]);
    client.secrets.readFailure = client.secrets.writeFailure = undefined;
    await client.window().storage.names();
    await client.clock.settle();
    assert.deepEqual(client.inSecrets, [itemOf(SECOND).name]);
    assert.deepEqual(client.warnings, []);
  });
});
