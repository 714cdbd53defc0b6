// The process of a second window. Reports when it is ready, then does what its parent requests, and reports the result.
import { readFile, writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import path from 'node:path';

import { systemClock } from '../../../../src/base/clock.ts';
import { NEVER } from '../../../../src/base/timeLimit.ts';
import type { HeldLock } from '../../../../src/sessions/ports.ts';
import { FileLocks } from '../../../../src/storage/node/fileLocks.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

/** What the parent can request. The counter is a file beside the folder of the locks. */
export type Task =
  | { readonly does: 'increment'; readonly times: number }
  | { readonly does: 'hold' | 'take'; readonly name: string; readonly handsOn?: string }
  | { readonly does: 'ask' }
  | { readonly does: 'tell'; readonly names: readonly string[] };

/**
 * What the process answers: the names that it was the one to tell, or that were handed on to it, whether it holds its
 * lock, and the lines of its log.
 */
export interface Answer {
  readonly told: readonly string[];
  readonly isHeld: boolean | undefined;
  readonly lines: readonly string[];
}

const [folder = ''] = process.argv.slice(2);
const log = new RecordingLog();
const locks = new FileLocks(folder, () => Promise.resolve(), { clock: systemClock, log, closed: NEVER });
const counter = path.join(folder, '..', 'counter');

/** The last lock that this process took. */
let lock: HeldLock | undefined;

async function increment(): Promise<void> {
  const count = Number(await readFile(counter, 'utf8'));
  await nextTurn();
  await writeFile(counter, String(count + 1));
}

async function work(task: Task): Promise<string[]> {
  const told: string[] = [];
  switch (task.does) {
    case 'increment':
      for (let time = 0; time < task.times; time++) await locks.withLock('counter', NEVER, increment);
      return told;
    case 'take':
    case 'hold': {
      const begun = Promise.withResolvers<undefined>();
      const done = locks.withLock(task.name, NEVER, (held) => {
        lock = held;
        if (task.handsOn !== undefined) held.handOn(task.handsOn);
        if (held.handedOn !== undefined) told.push(held.handedOn);
        begun.resolve(undefined);
        return task.does === 'take' ? Promise.resolve() : new Promise(() => undefined);
      });
      await (task.does === 'take' ? done : begun.promise);
      return told;
    }
    case 'ask':
      return told;
    case 'tell':
      for (const name of task.names) if (await locks.claimFor(name, 3_600_000)) told.push(name);
      return told;
  }
}

async function answer(task: Task): Promise<void> {
  const told = await work(task);
  process.send?.({ told, isHeld: await lock?.isHeld(), lines: log.lines } satisfies Answer);
}

process.on('message', (task: Task) => void answer(task));
process.once('disconnect', () => process.exit());
process.send?.('ready');
