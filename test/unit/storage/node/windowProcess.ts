// The process of a second window. Says when it is ready, then does what its parent asks for, then says what came of it.
import { readFile, writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import path from 'node:path';

import { systemClock } from '../../../../src/base/clock.ts';
import { NEVER } from '../../../../src/base/timeLimit.ts';
import { FileLocks } from '../../../../src/storage/node/fileLocks.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

/** What the parent can ask for. The counter is a file beside the folder of the locks. */
export type Task =
  | { readonly does: 'increment'; readonly times: number }
  | { readonly does: 'hold' | 'take'; readonly name: string }
  | { readonly does: 'tell'; readonly names: readonly string[] };

/** What the process answers: the names that it was the one to tell, and the lines of its log. */
export interface Answer {
  readonly told: readonly string[];
  readonly lines: readonly string[];
}

const [folder = ''] = process.argv.slice(2);
const log = new RecordingLog();
const locks = new FileLocks(folder, { clock: systemClock, log, closed: NEVER });
const counter = path.join(folder, '..', 'counter');

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
      await locks.withLock(task.name, NEVER, () => Promise.resolve());
      return told;
    case 'hold': {
      const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
      void locks.withLock(task.name, NEVER, () => {
        begin(undefined);
        return new Promise(() => undefined);
      });
      await begun;
      return told;
    }
    case 'tell':
      for (const name of task.names) if (await locks.claimFor(name, 3_600_000)) told.push(name);
      return told;
  }
}

process.once('message', (task: Task) => {
  void work(task).then((told) => process.send?.({ told, lines: log.lines } satisfies Answer));
});
process.send?.('ready');
