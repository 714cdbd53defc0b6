import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import {
  emptyFile,
  hasCode,
  readRegular,
  removeFile,
  UNFINISHED,
  writeFileAtomically,
} from '../../../../src/storage/node/files.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

class SystemError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * Lets the first calls of `rename`, `open` or `rm` fail as on Windows while another program reads the file. It shows
 * what we do with that error. Only Windows itself can show that it reports this error.
 */
function failAtFirst(
  t: TestContext,
  name: 'rename' | 'open' | 'rm',
  code: string,
  failures: number,
): string[][] {
  const calls: string[][] = [];
  const works: (...args: never[]) => unknown = fs[name];
  t.mock.method(fs, name, (...args: never[]) => {
    calls.push(args.map(String));
    return calls.length <= failures ? Promise.reject(new SystemError(code)) : works(...args);
  });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.reset();
    syncBuiltinESMExports();
  });
  return calls;
}

/** Advances the clock past the delays between attempts until the work is done. */
async function withoutPauses<T>(t: TestContext, work: Promise<T>): Promise<T> {
  const state = { settled: false };
  const settle = (): void => {
    state.settled = true;
  };
  work.then(settle, settle);
  while (!state.settled) {
    t.mock.timers.tick(50);
    await new Promise(setImmediate);
  }
  return work;
}

describe('a file that is written atomically', () => {
  it('holds the new content, and only this user can read it', async (t) => {
    const folder = await temporaryFolder(t);
    const file = path.join(folder, 'a');
    await writeFileAtomically(file, 'first, and longer');
    await writeFileAtomically(file, 'second');
    assert.equal(await readFile(file, 'utf8'), 'second');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await writeFileAtomically(file, Uint8Array.of(0, 255, 10));
    assert.deepEqual([...(await readFile(file))], [0, 255, 10]);
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('is never seen half-written', async (t) => {
    const file = path.join(await temporaryFolder(t), 'a');
    const contents = ['a', 'b', 'c'].map((letter) => letter.repeat(300_000));
    await writeFileAtomically(file, contents[0] ?? '');
    const state = { writing: true };
    const writes = (async () => {
      for (let round = 0; round < 5; round++)
        await Promise.all(contents.map((content) => writeFileAtomically(file, content)));
      state.writing = false;
    })();
    while (state.writing) assert.ok(contents.includes(await readFile(file, 'utf8')));
    await writes;
  });

  it('is on the disk before it gets its name', async (t) => {
    const folder = await temporaryFolder(t);
    const steps: string[] = [];
    const works = { open: fs.open, rename: fs.rename };
    t.mock.method(fs, 'open', async (...args: Parameters<typeof fs.open>) => {
      const handle = await works.open(...args);
      const write = handle.writeFile.bind(handle);
      t.mock.method(handle, 'writeFile', (content: string) => (steps.push('write'), write(content)));
      const sync = handle.sync.bind(handle);
      t.mock.method(handle, 'sync', () => (steps.push('sync'), sync()));
      return handle;
    });
    t.mock.method(fs, 'rename', (from: string, to: string) => (steps.push('rename'), works.rename(from, to)));
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.reset();
      syncBuiltinESMExports();
    });
    await writeFileAtomically(path.join(folder, 'a'), 'new');
    assert.deepEqual(steps, ['write', 'sync', 'rename']);
  });

  it('replaces a link, not the target of the link', async (t) => {
    const folder = await temporaryFolder(t);
    const [file, target] = [path.join(folder, 'a'), path.join(folder, 'target')];
    await writeFile(target, 'kept');
    await symlink(target, file);
    await writeFileAtomically(file, 'new');
    assert.equal(await readFile(target, 'utf8'), 'kept');
    assert.equal(await readFile(file, 'utf8'), 'new');
  });

  it('is not written at all when its folder does not exist', async (t) => {
    const folder = await temporaryFolder(t);
    await assert.rejects(writeFileAtomically(path.join(folder, 'none', 'a'), 'x'), { code: 'ENOENT' });
    assert.deepEqual(await readdir(folder), []);
  });

  it('leaves no temporary file when it cannot be moved into place', async (t) => {
    const folder = await temporaryFolder(t);
    await mkdir(path.join(folder, 'a'));
    await assert.rejects(writeFileAtomically(path.join(folder, 'a'), 'x'), { code: 'EISDIR' });
    assert.deepEqual(await readdir(folder), ['a']);
  });

  for (const code of ['EPERM', 'EACCES', 'EBUSY'])
    it(`is moved into place on a retry after ${code}, which Windows reports for a file in use`, async (t) => {
      const folder = await temporaryFolder(t);
      const file = path.join(folder, 'a');
      await writeFile(file, 'old');
      const calls = failAtFirst(t, 'rename', code, 4);
      await withoutPauses(t, writeFileAtomically(file, 'new'));
      assert.equal(await readFile(file, 'utf8'), 'new');
      assert.equal(calls.length, 5);
      assert.deepEqual(await readdir(folder), ['a']);
    });

  it('is given up after 20 attempts, and leaves the old content and no temporary file', async (t) => {
    const folder = await temporaryFolder(t);
    const file = path.join(folder, 'a');
    await writeFile(file, 'old');
    const calls = failAtFirst(t, 'rename', 'EPERM', 100);
    await assert.rejects(withoutPauses(t, writeFileAtomically(file, 'new')), { code: 'EPERM' });
    assert.equal(calls.length, 20);
    assert.equal(await readFile(file, 'utf8'), 'old');
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('is not retried after another error', async (t) => {
    const folder = await temporaryFolder(t);
    const calls = failAtFirst(t, 'rename', 'ENOSPC', 1);
    await assert.rejects(writeFileAtomically(path.join(folder, 'a'), 'new'), { code: 'ENOSPC' });
    assert.equal(calls.length, 1);
  });

  it('has a temporary name that is also valid on Windows', async (t) => {
    const folder = await temporaryFolder(t);
    const calls = failAtFirst(t, 'rename', '', 0);
    await writeFileAtomically(path.join(folder, 'a'), 'x');
    const [from = ''] = calls[0] ?? [];
    assert.equal(path.dirname(from), folder);
    assert.match(path.basename(from), /^a\.[0-9a-f]{8}\.tmp$/);
    assert.match(from, UNFINISHED);
    for (const other of ['a.tmp', 'a.0123abc.tmp', 'a.0123abcd.tmp.x', 'a.0123ABCD.tmp', '0123abcd.tmp'])
      assert.doesNotMatch(other, UNFINISHED);
  });
});

describe('a regular file', () => {
  it('is read as a whole', async (t) => {
    const file = path.join(await temporaryFolder(t), 'a');
    await writeFile(file, 'content');
    assert.equal(text(await readRegular(file, 7)), 'content');
    await writeFile(file, '');
    assert.equal((await readRegular(file, 7))?.length, 0);
  });

  it('is not read when it is larger than expected', async (t) => {
    const file = path.join(await temporaryFolder(t), 'a');
    await writeFile(file, 'content!');
    assert.equal(await readRegular(file, 7), undefined);
  });

  it('is read on a retry after EACCES, which Windows reports for a file in use', async (t) => {
    const file = path.join(await temporaryFolder(t), 'a');
    await writeFile(file, 'content');
    const calls = failAtFirst(t, 'open', 'EACCES', 3);
    assert.equal(text(await withoutPauses(t, readRegular(file, 7))), 'content');
    assert.equal(calls.length, 4);
  });

  it('rejects with the error when it cannot be read', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(path.join(folder, 'file'), '');
    await assert.rejects(readRegular(path.join(folder, 'file', 'a'), 7), { code: 'ENOTDIR' });
  });
});

describe('anything but a regular file', () => {
  const put: Record<string, (file: string) => unknown> = {
    nothing: () => undefined,
    'a folder': (file) => mkdir(file),
    'a link to a file': (file) => symlink('target', file),
    'a link to nowhere': (file) => symlink('nowhere', file),
    'a link to itself': (file) => symlink('a', file),
    'a link to a device that never ends': (file) => symlink('/dev/zero', file),
    'a pipe without a writer': (file) => execFileSync('mkfifo', [file]),
  };
  for (const [what, create] of Object.entries(put))
    it(`is neither read nor waited for: ${what}`, { skip: process.platform === 'win32' }, async (t) => {
      const folder = await temporaryFolder(t);
      await writeFile(path.join(folder, 'target'), 'content');
      await create(path.join(folder, 'a'));
      assert.equal(await readRegular(path.join(folder, 'a'), 1_000), undefined);
    });

  it('is neither read nor waited for: a socket', { skip: process.platform === 'win32' }, async (t) => {
    const file = path.join(await temporaryFolder(t), 'a');
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(file, resolve);
    });
    t.after(() => server.close());
    assert.equal(await readRegular(file, 1_000), undefined);
  });
});

describe('the code of an error', () => {
  it('is found in system errors only', () => {
    assert.equal(hasCode(new SystemError('ENOENT'), 'EPERM', 'ENOENT'), true);
    assert.equal(hasCode(new SystemError('ENOENT'), 'EPERM'), false);
    assert.equal(hasCode(new Error('ENOENT'), 'ENOENT'), false);
    assert.equal(hasCode({ code: 'ENOENT' }, 'ENOENT'), false);
    assert.equal(hasCode(undefined, 'ENOENT'), false);
  });
});

describe('a file that is deleted', () => {
  it('may be gone already', async (t) => {
    await removeFile(path.join(await temporaryFolder(t), 'a'));
  });

  it('is deleted after a virus scanner on Windows has read it', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(path.join(folder, 'a'), 'text');
    const calls = failAtFirst(t, 'rm', 'EBUSY', 3);
    await withoutPauses(t, removeFile(path.join(folder, 'a')));
    assert.equal(calls.length, 4);
    assert.deepEqual(await readdir(folder), []);
  });
});

describe('a file that is emptied', { skip: process.platform === 'win32' }, () => {
  it('has no content left', async (t) => {
    const file = path.join(await temporaryFolder(t), 'a');
    await writeFile(file, 'content');
    await emptyFile(file);
    assert.equal(await readFile(file, 'utf8'), '');
  });

  it('is never the target of a link or a new file, and no pipe is waited for', async (t) => {
    const folder = await temporaryFolder(t);
    const file = (name: string): string => path.join(folder, name);
    await writeFile(file('target'), 'kept');
    await symlink('target', file('link'));
    execFileSync('mkfifo', [file('pipe')]);
    await mkdir(file('folder'));
    for (const name of ['link', 'pipe', 'folder', 'none']) await assert.rejects(emptyFile(file(name)));
    assert.equal(await readFile(file('target'), 'utf8'), 'kept');
    assert.deepEqual((await readdir(folder)).sort(), ['folder', 'link', 'pipe', 'target']);
  });
});
