import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import * as z from 'zod/mini';

import { LockWorld, wait } from '../../support/lockWorld.ts';
import type { Task } from './windowProcess.ts';

const Answer = z.object({ told: z.array(z.string()), lines: z.array(z.string()) });

const windowFile = path.join(import.meta.dirname, 'windowProcess.ts');

/** Starts the processes of more windows. Resolves when all of them are ready. */
async function start(t: TestContext, world: LockWorld, count: number): Promise<ChildProcess[]> {
  const windows = Array.from({ length: count }, () => fork(windowFile, [world.folder], { execArgv: [] }));
  t.after(() => {
    for (const window of windows) window.kill('SIGKILL');
  });
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
  it('let no increment of a counter get lost: four processes, fifty times each', async (t) => {
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

  it('are taken from a process that was killed without a wait, by one window at a time', async (t) => {
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

  it('are not taken from a process that works', async (t) => {
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
      const window = spawn('sh', ['-c', limited, 'sh', process.execPath, windowFile, world.folder], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      t.after(() => window.kill('SIGKILL'));
      await once(window, 'message');
      const { lines } = await ask(window, { does: 'take', name: 'a' });
      assert.deepEqual(lines, ['warn Other windows cannot be locked out: Error EFBIG.']);
      assert.deepEqual(await readdir(world.folder), []);
    },
  );

  it('have one process tell each of 100 messages', async (t) => {
    const world = await LockWorld.create(t);
    const names = Array.from({ length: 100 }, (_, at) => `message ${at}`);
    const windows = await start(t, world, 3);
    const answers = await Promise.all(windows.map((window) => ask(window, { does: 'tell', names })));
    assert.deepEqual(answers.flatMap(({ told }) => told).sort(), names.toSorted());
    assert.deepEqual(await readdir(world.folder), ['told.json']);
  });
});
