import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { hold, LockWorld } from '../../support/lockWorld.ts';

const HOUR_MS = 3_600_000;

describe('what is told once', () => {
  it('is told by the first of several windows', async (t) => {
    const world = await LockWorld.create(t);
    const windows = [world.open(), world.open(), world.open()];
    const told = await world.clock.run(
      Promise.all([...windows, ...windows].map((window) => window.claimFor('a', HOUR_MS))),
    );
    assert.equal(told.filter(Boolean).length, 1);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false, 'a window that opens later knows it, too');
    assert.equal(await world.open().claimFor('b', HOUR_MS), true);
    assert.deepEqual(world.log.lines, []);
  });

  it('is told again after its time', async (t) => {
    const world = await LockWorld.create(t);
    assert.equal(await world.open().claimFor('a', HOUR_MS), true);
    world.clock.jump(HOUR_MS - 1);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false);
    world.clock.jump(1);
    assert.equal(await world.open().claimFor('a', HOUR_MS), true);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false);
  });

  it('is told again when the clock was set back by more than its time', async (t) => {
    const world = await LockWorld.create(t);
    assert.equal(await world.open().claimFor('a', HOUR_MS), true);
    world.clock.jump(-HOUR_MS / 2);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false);
    world.clock.jump(-HOUR_MS);
    assert.equal(await world.open().claimFor('a', HOUR_MS), true);
  });

  it('is told although a window crashed while it wrote that down', async (t) => {
    const world = await LockWorld.create(t);
    await world.leave('told.json');
    const told = world.open().claimFor('a', HOUR_MS);
    assert.equal(await world.clock.run(told), true);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false);
  });

  it('is told by a window that closes while it waits for the others', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'told.json');
    const closed = new AbortController();
    const told = world.open(closed.signal).claimFor('a', HOUR_MS);
    await world.clock.advance(1_000);
    closed.abort(new Error('closed'));
    assert.equal(await told, true);
    assert.match(world.log.lines.join('\n'), /^warn Other windows cannot be told[^\n]*$/);
    await held.release();
  });
});

describe('the file of what was told once', () => {
  it('does not grow with what has run out', async (t) => {
    const world = await LockWorld.create(t);
    const locks = world.open();
    const sizes = new Set<number>();
    for (let count = 0; count < 200; count++) {
      assert.equal(await locks.claimFor(`name ${count}`, HOUR_MS), true);
      world.clock.jump(2 * HOUR_MS);
      sizes.add((await stat(path.join(world.folder, 'told.json'))).size);
    }
    assert.deepEqual(await readdir(world.folder), ['told.json']);
    assert.equal(sizes.size, 1, [...sizes].join());
  });

  it('holds no name, and only this user can read it', async (t) => {
    const world = await LockWorld.create(t);
    await world.open().claimFor('soon sigma-identity 3pkKXGdcrkuLvjWhA8P4EVaDE4VY', HOUR_MS);
    const file = path.join(world.folder, 'told.json');
    assert.match(await readFile(file, 'utf8'), /^\[\{"name":"[0-9a-f]{16}","atMs":\d+,"forMs":3600000\}\]$/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  const contents = {
    'an empty file': '',
    'a truncated file': '[{"name":"0123456789abcdef","atMs":17',
    'zero bytes': '\0\0\0\0',
    'a list': '[1,2]',
    'a number': '7',
    'entries of another kind': '[1,{"name":"a","atMs":"now"},null]',
    'a large file': `"${'a'.repeat(3_000_000)}"`,
  };
  for (const [what, content] of Object.entries(contents))
    it(`is written again when it is ${what}`, async (t) => {
      const world = await LockWorld.create(t);
      await world.createFolder();
      await writeFile(path.join(world.folder, 'told.json'), content);
      assert.equal(await world.open().claimFor('a', HOUR_MS), true);
      assert.equal(await world.open().claimFor('a', HOUR_MS), false);
      assert.deepEqual(world.log.lines, []);
    });

  it('is written again when it is a link or a pipe', { skip: process.platform === 'win32' }, async (t) => {
    const world = await LockWorld.create(t);
    await world.createFolder();
    const target = path.join(path.dirname(world.folder), 'target');
    await writeFile(target, '{}');
    await symlink(target, path.join(world.folder, 'told.json'));
    assert.equal(await world.open().claimFor('a', HOUR_MS), true);
    assert.equal(await readFile(target, 'utf8'), '{}', 'what the link led to is left alone');
    await writeFile(path.join(world.folder, 'told.json'), '');
    execFileSync('mkfifo', [path.join(world.folder, 'pipe')]);
    execFileSync('mv', [path.join(world.folder, 'pipe'), path.join(world.folder, 'told.json')]);
    assert.equal(await world.open().claimFor('a', HOUR_MS), true);
    assert.equal(await world.open().claimFor('a', HOUR_MS), false);
  });

  it('cannot be replaced when it is a folder: then a window tells it once itself, and says so', async (t) => {
    const world = await LockWorld.create(t);
    await mkdir(path.join(world.folder, 'told.json', 'inside'), { recursive: true });
    const [one, two] = [world.open(), world.open()];
    assert.equal(await one.claimFor('the name', HOUR_MS), true);
    assert.equal(await one.claimFor('the name', HOUR_MS), false);
    assert.equal(await two.claimFor('the name', HOUR_MS), true);
    assert.equal(world.log.lines.length, 3);
    for (const line of world.log.lines) assert.match(line, /^warn Other windows cannot be told/);
    assert.doesNotMatch(world.log.lines.join(), /the name|told\.json/);
    assert.deepEqual(await readdir(world.folder), ['told.json'], 'no unfinished file is left');
  });
});
