import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';

import { NEVER } from '../../../../src/base/timeLimit.ts';
import { hold, LockWorld, wait } from '../../support/lockWorld.ts';

describe('locks as files', () => {
  it('run the work of several windows under the same lock one after the other', async (t) => {
    const world = await LockWorld.create(t);
    const windows = [world.open(), world.open(), world.open()];
    let running = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      assert.equal(++running, 1);
      await nextTurn();
      running--;
      done++;
    };
    const calls = windows.flatMap((window) =>
      Array.from({ length: 15 }, () => window.withLock('a', NEVER, work)),
    );
    await world.clock.run(Promise.all(calls));
    assert.equal(done, 45);
    assert.deepEqual(world.log.lines, []);
  });

  it('run the work of one window under the same lock in the order of the calls', async (t) => {
    const world = await LockWorld.create(t);
    const locks = world.open();
    const order: number[] = [];
    const calls = [1, 2, 3].map((each) =>
      locks.withLock('a', NEVER, () => Promise.resolve(order.push(each))),
    );
    await world.clock.run(Promise.all(calls));
    assert.deepEqual(order, [1, 2, 3]);
    assert.equal(world.clock.ranMs, 0, 'no call waited for the file');
  });

  it('run work under another lock at the same time', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    assert.equal(await world.open().withLock('b', NEVER, () => Promise.resolve('b runs')), 'b runs');
    await held.release();
  });

  it('settle as the work does, and are released in both cases', async (t) => {
    const world = await LockWorld.create(t);
    const [one, two] = [world.open(), world.open()];
    const failure = new Error('failed');
    await assert.rejects(
      one.withLock('a', NEVER, () => Promise.reject(failure)),
      (error) => error === failure,
    );
    assert.equal(await two.withLock('a', NEVER, () => Promise.resolve('result')), 'result');
    assert.deepEqual(await readdir(world.folder), []);
    assert.equal(world.clock.pending, 0, 'no timer is left');
  });

  it('wait for another window, and run the work soon after it has released the lock', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const waiting = wait(world.open(), 'a');
    await world.clock.advance(1_000);
    assert.equal(waiting.has, 'to wait');
    await held.release();
    await world.clock.advance(100);
    assert.equal(waiting.has, 'worked');
  });

  it('stay with work that takes 90 seconds', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const waiting = wait(world.open(), 'a');
    await world.clock.advance(90_000);
    assert.equal(waiting.has, 'to wait');
    await held.release();
    await world.clock.run(waiting.settled);
    assert.equal(waiting.has, 'worked');
    assert.deepEqual(world.log.lines, []);
  });

  it('are files that do not reveal the name, and that only this user can read', async (t) => {
    const world = await LockWorld.create(t);
    const name = 'write 3pkKXGdcrkuLvjWhA8P4EVaDE4VY: user@example.com';
    const held = await hold(world.open(), name);
    const files = await readdir(world.folder);
    assert.equal(files.length, 1);
    assert.equal((await stat(world.folder)).mode & 0o777, 0o700);
    const [file = ''] = files;
    assert.match(file, /^[0-9a-f]{16}\.lock$/, 'these characters are valid on Windows, too');
    assert.match(await readFile(path.join(world.folder, file), 'utf8'), /^[0-9a-f-]{36} \d+ [0-9a-f]{16}$/);
    assert.equal((await stat(path.join(world.folder, file))).mode & 0o777, 0o600);
    await held.release();
  });

  it('are in a folder for this user only, even if it was already there and open to a group', async (t) => {
    const world = await LockWorld.create(t);
    await mkdir(world.folder);
    await chmod(world.folder, 0o775);
    await hold(world.open(), 'a');
    await world.clock.settle();
    assert.equal((await stat(world.folder)).mode & 0o777, 0o700);
  });
});

describe('a canceled wait for a lock', () => {
  it('ends at once, and the others still get their turn', async (t) => {
    const world = await LockWorld.create(t);
    const [one, two] = [world.open(), world.open()];
    const held = await hold(one, 'a');
    const cancel = new AbortController();
    const canceled = [wait(one, 'a', cancel.signal), wait(two, 'a', cancel.signal)];
    const others = [wait(one, 'a'), wait(two, 'a')];
    await world.clock.advance(1_050);
    cancel.abort(new Error('canceled'));
    await Promise.all(canceled.map(({ settled }) => settled));
    assert.deepEqual(
      canceled.map(({ has }) => has),
      ['given up', 'given up'],
    );
    assert.equal(world.clock.ranMs, 1_050);
    await held.release();
    await world.clock.run(Promise.all(others.map(({ settled }) => settled)));
    assert.deepEqual(
      others.map(({ has }) => has),
      ['worked', 'worked'],
    );
  });

  it('rejects with the reason', async (t) => {
    const world = await LockWorld.create(t);
    const held = await hold(world.open(), 'a');
    const [cancel, reason] = [new AbortController(), new Error('canceled')];
    const waiting = world.open().withLock('a', cancel.signal, () => Promise.resolve());
    await world.clock.settle();
    cancel.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    await held.release();
  });

  it('starts no work, even if the file is being created at that moment', async (t) => {
    const world = await LockWorld.create(t);
    const [one, two] = [world.open(), world.open()];
    for (let turns = 0; turns < 8; turns++) {
      const cancel = new AbortController();
      const canceled = wait(one, 'a', cancel.signal);
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      if (canceled.has === 'worked') break; // the file was there before the cancel
      cancel.abort(new Error('canceled'));
      await canceled.settled;
      assert.equal(canceled.has, 'given up');
      const next = wait(two, 'a');
      await world.clock.run(next.settled);
      assert.equal(canceled.has, 'given up');
      assert.equal(next.has, 'worked');
    }
    await world.clock.settle();
    assert.deepEqual(await readdir(world.folder), []);
    assert.ok(world.clock.ranMs < 5_000, 'a lock that came too late is released at once');
  });

  it('does not start if it was canceled before', async (t) => {
    const world = await LockWorld.create(t);
    const canceled = wait(world.open(), 'a', AbortSignal.abort(new Error('canceled')));
    await canceled.settled;
    assert.equal(canceled.has, 'given up');
  });

  it('does not interrupt work that has started', async (t) => {
    const world = await LockWorld.create(t);
    const cancel = new AbortController();
    const work = world.open().withLock('a', cancel.signal, async () => {
      cancel.abort(new Error('too late'));
      await nextTurn();
      return 'done';
    });
    assert.equal(await work, 'done');
  });

  it('are counted while they are held', async (t) => {
    const world = await LockWorld.create(t);
    const window = world.open();
    assert.equal(await window.held(), 0, 'there is no folder yet');
    const one = await hold(window, 'a');
    const two = await hold(world.open(), 'b');
    await window.claimFor('c', 60_000);
    await window.withLock('d', NEVER, (lock) => {
      lock.handOn('x.1-0-0.0');
      return Promise.resolve();
    });
    assert.equal(await window.held(), 2, 'neither a claim nor the file of a released lock');
    await one.release();
    assert.equal(await window.held(), 1);
    await two.release();
  });

  it('are not counted when the folder cannot be read', async (t) => {
    const world = await LockWorld.create(t);
    await writeFile(world.folder, 'a file in the place of the folder');
    assert.equal(await world.open().held(), undefined);
    assert.match(world.log.lines.join(), /The locks cannot be counted: Error ENOTDIR/);
  });
});
