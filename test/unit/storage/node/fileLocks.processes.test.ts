import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it, type TestContext } from 'node:test';

import * as z from 'zod/mini';

import { hold, LockWorld, STALE_ALIVE_MS, wait } from '../../support/lockWorld.ts';
import { endAfter } from '../../support/temporaryFolder.ts';
import type { Task } from './windowProcess.ts';

const Answer = z.object({
  told: z.array(z.string()),
  isHeld: z.optional(z.boolean()),
  lines: z.array(z.string()),
});

const UNUSABLE = 'Other windows can be neither locked out nor told what this one does';
const windowFile = path.join(import.meta.dirname, 'windowProcess.ts');

/** Starts the processes of more windows. Resolves when all of them are ready. */
async function start(t: TestContext, world: LockWorld, count: number): Promise<ChildProcess[]> {
  const windows = Array.from({ length: count }, () =>
    endAfter(t, fork(windowFile, [world.folder], { execArgv: [] })),
  );
  await Promise.all(windows.map((window) => once(window, 'message')));
  return windows;
}

async function ask(window: ChildProcess, task: Task): Promise<z.infer<typeof Answer>> {
  const answer = once(window, 'message');
  window.send(task);
  return z.parse(Answer, (await answer)[0]);
}

async function kill(window: ChildProcess): Promise<void> {
  const exit = once(window, 'exit');
  window.kill('SIGKILL');
  await exit;
}

describe('locks between processes', () => {
  it('lose no increment of a counter: four processes, fifty times each', async (t) => {
    const world = await LockWorld.create(t);
    const counter = path.join(path.dirname(world.folder), 'counter');
    await writeFile(counter, '0');
    const windows = await start(t, world, 4);
    const answers = await Promise.all(windows.map((window) => ask(window, { does: 'increment', times: 50 })));
    assert.equal(await readFile(counter, 'utf8'), '200');
    assert.deepEqual(
      answers.flatMap(({ lines }) => lines),
      [],
    );
    assert.deepEqual(await readdir(world.folder), []);
  });

  it('are taken from a killed process without a wait, by one window at a time', async (t) => {
    const world = await LockWorld.create(t);
    const [window] = await start(t, world, 1);
    assert.ok(window);
    await ask(window, { does: 'hold', name: 'a' });
    await kill(window);
    let working = 0;
    const work = async (): Promise<void> => {
      assert.equal(++working, 1);
      await world.clock.sleep(1_000, new AbortController().signal);
      working--;
    };
    const { signal } = new AbortController();
    const calls = Array.from({ length: 3 }, () => world.open().withLock('a', signal, work));
    await world.clock.advance(500);
    assert.equal(working, 1);
    await world.clock.run(Promise.all(calls));
    assert.equal(working, 0);
  });

  it(
    'are taken from a stopped process after a minute, and it notices when it continues',
    { skip: process.platform === 'win32' },
    async (t) => {
      const world = await LockWorld.create(t);
      const [window] = await start(t, world, 1);
      assert.ok(window);
      assert.equal((await ask(window, { does: 'hold', name: 'a', handsOn: 'x.1' })).isHeld, true);
      window.kill('SIGSTOP');
      const other = hold(world.open(), 'a');
      await world.clock.advance(STALE_ALIVE_MS - 1_000);
      assert.equal(await Promise.race([other.then(() => 'taken'), nextTurn('waits')]), 'waits');
      await world.clock.advance(2_000);
      const taken = await other;
      const owner = await readFile(world.fileOf('a'), 'utf8');
      window.kill('SIGCONT');
      assert.equal((await ask(window, { does: 'ask' })).isHeld, false);
      assert.equal(await readFile(world.fileOf('a'), 'utf8'), owner);
      assert.equal(await taken.isHeld(), true);
      await taken.release();
      assert.deepEqual(await readdir(world.folder), []);
    },
  );

  it(
    'are kept by a process that was stopped for a shorter time',
    { skip: process.platform === 'win32' },
    async (t) => {
      const world = await LockWorld.create(t);
      const [window] = await start(t, world, 1);
      assert.ok(window);
      await ask(window, { does: 'hold', name: 'a' });
      window.kill('SIGSTOP');
      const waiting = wait(world.open(), 'a');
      await world.clock.advance(STALE_ALIVE_MS - 1_000);
      window.kill('SIGCONT');
      const watcher = watch(world.fileOf('a'));
      await once(watcher, 'change');
      watcher.close();
      await world.clock.advance(2_000);
      assert.equal(waiting.has, 'to wait');
      assert.equal((await ask(window, { does: 'ask' })).isHeld, true);
    },
  );

  it('hand on the name of an item, even past a killed process', async (t) => {
    const world = await LockWorld.create(t);
    const [one, two, three] = await start(t, world, 3);
    assert.ok(one && two && three);
    await ask(one, { does: 'take', name: 'a', handsOn: 'x.1-0-0.0123456789abcdef' });
    const seen = await ask(two, { does: 'hold', name: 'a', handsOn: 'x.2-0-0.0123456789abcdef' });
    await kill(two);
    assert.deepEqual(seen.told, ['x.1-0-0.0123456789abcdef']);
    assert.deepEqual((await ask(three, { does: 'take', name: 'a' })).told, seen.told);
  });

  it('are not taken from a process that is working', async (t) => {
    const world = await LockWorld.create(t);
    const [window] = await start(t, world, 1);
    assert.ok(window);
    await ask(window, { does: 'hold', name: 'a' });
    const waiting = wait(world.open(), 'a');
    await world.clock.advance(15_000);
    const watcher = watch(world.fileOf('a'));
    await once(watcher, 'change'); // the process touches the file every three seconds
    watcher.close();
    await world.clock.advance(15_000);
    assert.equal(waiting.has, 'to wait');
  });

  it(
    'do not stop a process that can create files but not fill them, as on a full disk',
    { skip: process.platform === 'win32' },
    async (t) => {
      const world = await LockWorld.create(t);
      const limited = 'trap \'\' XFSZ; ulimit -f 0; exec "$@"';
      const window = endAfter(
        t,
        spawn('sh', ['-c', limited, 'sh', process.execPath, windowFile, world.folder], {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        }),
      );
      await once(window, 'message');
      for (let times = 0; times < 2; times++) {
        const { isHeld, lines } = await ask(window, { does: 'take', name: 'a' });
        assert.equal(isHeld, false);
        assert.deepEqual(lines, [`warn ${UNUSABLE}: Error EFBIG.`]);
      }
      assert.equal((await ask(window, { does: 'tell', names: ['a', 'a'] })).told.length, 1, 'needs no space');
      await rm(world.claimOf('a'));
      assert.deepEqual(await readdir(world.folder), []);
    },
  );

  it('let exactly one process show each of 100 messages', async (t) => {
    const world = await LockWorld.create(t);
    const names = Array.from({ length: 100 }, (_, at) => `message ${at}`);
    const windows = await start(t, world, 3);
    const answers = await Promise.all(windows.map((window) => ask(window, { does: 'tell', names })));
    assert.deepEqual(answers.flatMap(({ told }) => told).sort(), names.toSorted());
    assert.deepEqual(
      (await readdir(world.folder)).sort(),
      names.map((name) => path.basename(world.claimOf(name))).sort(),
    );
  });
});
