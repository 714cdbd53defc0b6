import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { afterRenewal, FIRST_VERSION, serialize } from '../../../../src/sessions/record.ts';
import { LocalLocks } from '../../../../src/storage/localLocks.ts';
import { FileSessions } from '../../../../src/storage/node/fileSessions.ts';
import { NodeSessions } from '../../../../src/storage/node/nodeStorage.ts';
import { DiskClock } from '../../support/diskClock.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { FakeSecrets } from '../../support/fakeSecrets.ts';
import { KEY, nextChange } from '../../support/folderWorld.ts';
import { recordOf } from '../../support/record.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** One desktop: its windows share SecretStorage and the folder. */
class Desktop {
  readonly clock = new DiskClock();
  readonly secrets = new FakeSecrets(this.clock);
  readonly log = new RecordingLog();
  readonly folder: string;
  readonly #open: { dispose(): void }[];

  private constructor(folder: string, open: { dispose(): void }[]) {
    this.folder = folder;
    this.#open = open;
    this.secrets.stored.set('sessionKey', Buffer.from(KEY).toString('base64'));
  }

  static async create(t: TestContext): Promise<Desktop> {
    const open: { dispose(): void }[] = [];
    const folder = await temporaryFolder(t, () => {
      for (const each of open) each.dispose();
    });
    return new Desktop(path.join(folder, 'sessions'), open);
  }

  window(): NodeSessions {
    const { clock, log } = this;
    const sessions = new NodeSessions(
      {
        secrets: this.secrets.window(),
        memento: new FakeMemento(),
        folder: this.folder,
        locks: new LocalLocks(clock),
      },
      { clock, log, closed: NEVER },
    );
    this.#open.push(sessions);
    return sessions;
  }

  /** A look into the files behind the windows' backs. */
  async files(): Promise<FileSessions> {
    const files = await FileSessions.open(this.folder, KEY, this.log);
    this.#open.push(files);
    return files;
  }

  /** Puts a file in the place of the folder: it cannot be used, not even by root. */
  async breakFolder(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await writeFile(this.folder, '');
  }

  get secretNames(): string[] {
    return [...this.secrets.stored.keys()].sort();
  }
}

const older = serialize(recordOf('a'));
const newer = serialize(recordOf('a', { version: afterRenewal(FIRST_VERSION) }));
const ofLaterVersion = JSON.stringify({ format: 2, id: 'a' });

describe('the storage of sessions in Node', () => {
  it('is encrypted files, and SecretStorage holds the key only', async (t) => {
    const desktop = await Desktop.create(t);
    const [one, two] = [desktop.window(), desktop.window()];
    await one.write('a', 'the text');
    assert.equal(await two.read('a'), 'the text');
    assert.deepEqual(await two.ids(), ['a']);
    assert.deepEqual(desktop.secretNames, ['sessionKey']);
    assert.equal(await one.place(), 'files');
    const [folder = ''] = await readdir(desktop.folder);
    assert.equal((await readFile(path.join(desktop.folder, folder, 'a'))).includes('the text'), false);
    await two.delete('a');
    assert.equal(await one.read('a'), undefined);
    assert.deepEqual(desktop.log.lines, []);
  });

  it('does nothing before it is used', async (t) => {
    const desktop = await Desktop.create(t);
    desktop.window().dispose();
    await desktop.clock.settle();
    await assert.rejects(readdir(desktop.folder), { code: 'ENOENT' });
  });

  it('tells changes to those who listened before it was opened', { timeout: 20_000 }, async (t) => {
    const desktop = await Desktop.create(t);
    const [one, two] = [desktop.window(), desktop.window()];
    const changed = nextChange(two, (id) => id === 'a');
    two.onDidChange(() => assert.fail('it was disposed')).dispose();
    await two.ids();
    await one.write('a', 'text');
    await changed;
  });

  it('tells nothing after the end, also if it ends while it opens', { timeout: 20_000 }, async (t) => {
    const desktop = await Desktop.create(t);
    const [one, two, witness] = [desktop.window(), desktop.window(), desktop.window()];
    two.onDidChange(() => assert.fail('it was disposed'));
    const opening = two.ids();
    two.dispose();
    await Promise.all([opening, witness.ids()]);
    await desktop.clock.settle();
    const changed = nextChange(witness, (id) => id === 'a');
    await one.write('a', 'text');
    await changed;
  });
});

describe('a storage whose folder cannot be used', () => {
  it('is SecretStorage alone, with one line in the log', async (t) => {
    const desktop = await Desktop.create(t);
    await desktop.breakFolder();
    const [one, two] = [desktop.window(), desktop.window()];
    const heard: (string | undefined)[] = [];
    await two.ids();
    two.onDidChange((id) => heard.push(id));
    await one.write('a', 'text');
    assert.equal(await one.read('a'), 'text');
    assert.equal(await two.read('a'), 'text');
    assert.deepEqual(heard, ['a']);
    assert.equal(desktop.secrets.listeners, 2);
    assert.equal(await two.place(), 'secretStorage');
    for (const window of [one, two]) window.dispose();
    await desktop.clock.settle();
    assert.equal(desktop.secrets.listeners, 0);
    assert.deepEqual(desktop.secretNames, ['session/a', 'sessionKey']);
    assert.equal(desktop.log.lines.length, 2, 'one line for each window');
    for (const line of desktop.log.lines)
      assert.match(
        line,
        /^warn The folder for sessions cannot be used: Error E[A-Z]+\. They are kept in SecretStorage/,
      );
  });
});

describe('sessions that such a window has left in SecretStorage', () => {
  it('are moved into files by the next window', async (t) => {
    const desktop = await Desktop.create(t);
    await desktop.breakFolder();
    const b = serialize(recordOf('b'));
    const before = desktop.window();
    await before.write('a', older);
    await before.write('b', b);
    await rm(desktop.folder);
    desktop.log.lines.length = 0;
    const next = desktop.window();
    assert.deepEqual((await next.ids()).sort(), ['a', 'b']);
    assert.equal(await next.read('a'), older);
    assert.equal(await next.read('b'), b);
    assert.deepEqual(desktop.secretNames, ['sessionKey']);
    assert.deepEqual(desktop.log.lines, []);
  });

  const cases: [what: string, moving: string, there: string, moved: string][] = [
    ['newer than the file: the file is replaced', newer, older, newer],
    ['older than the file: the file stays', older, newer, newer],
    ['the same as the file: the file stays', newer, newer, newer],
    ['newer than a file that is no session of ours: the file is replaced', older, '', older],
  ];
  for (const [what, moving, there, moved] of cases)
    it(`are dropped there in each case: ${what}`, async (t) => {
      const desktop = await Desktop.create(t);
      const files = await desktop.files();
      await files.write('a', there);
      if (there === '') {
        const [folder = ''] = await readdir(desktop.folder);
        await writeFile(path.join(desktop.folder, folder, 'a'), 'garbage');
      }
      desktop.secrets.stored.set('session/a', moving);
      assert.equal(await desktop.window().read('a'), moved);
      assert.deepEqual(desktop.secretNames, ['sessionKey']);
    });

  it('stay there when only a later version of this extension can read them', async (t) => {
    const desktop = await Desktop.create(t);
    desktop.secrets.stored.set('session/a', ofLaterVersion);
    const window = desktop.window();
    assert.equal(await window.read('a'), undefined);
    assert.equal(desktop.secrets.stored.get('session/a'), ofLaterVersion);
  });

  it('do not replace a file that only a later version of this extension can read', async (t) => {
    const desktop = await Desktop.create(t);
    await (await desktop.files()).write('a', ofLaterVersion);
    desktop.secrets.stored.set('session/a', newer);
    assert.equal(await desktop.window().read('a'), ofLaterVersion);
    assert.equal(desktop.secrets.stored.get('session/a'), newer);
  });

  it('are moved, all that can be, when one cannot', async (t) => {
    const desktop = await Desktop.create(t);
    desktop.secrets.stored.set('session/../a', older);
    desktop.secrets.stored.set('session/a', older);
    const window = desktop.window();
    assert.equal(await window.read('a'), older);
    assert.deepEqual(desktop.secretNames, ['session/../a', 'sessionKey']);
    assert.deepEqual(desktop.log.lines, ['warn A session in SecretStorage stays there: Error.']);
  });

  it('are in files already, and stay in SecretStorage, when they cannot be deleted there', async (t) => {
    const desktop = await Desktop.create(t);
    desktop.secrets.stored.set('session/a', older);
    desktop.secrets.writeFailure = new Error('cannot be written');
    assert.equal(await desktop.window().read('a'), older);
    assert.deepEqual(desktop.log.lines, ['warn A session in SecretStorage stays there: Error.']);
    desktop.secrets.writeFailure = undefined;
    assert.equal(await desktop.window().read('a'), older);
    assert.deepEqual(desktop.secretNames, ['sessionKey']);
  });
});

describe('a storage whose SecretStorage fails', () => {
  it('rejects with the error, and tries again with the next use', async (t) => {
    const desktop = await Desktop.create(t);
    const window = desktop.window();
    const failure = new Error('locked');
    desktop.secrets.readFailure = failure;
    const isFailure = (error: unknown): boolean => error === failure;
    await assert.rejects(window.ids(), isFailure);
    await assert.rejects(window.read('a'), isFailure);
    await assert.rejects(window.write('a', 'text'), isFailure);
    await assert.rejects(window.delete('a'), isFailure);
    desktop.secrets.readFailure = undefined;
    await window.write('a', 'text');
    assert.equal(await window.read('a'), 'text');
  });

  it('can be closed', async (t) => {
    const desktop = await Desktop.create(t);
    desktop.secrets.readFailure = new Error('locked');
    const window = desktop.window();
    const opening = window.ids();
    window.dispose();
    await assert.rejects(opening);
  });
});
