import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import * as z from 'zod';
import { systemClock } from '../../src/base/clock.ts';
import { newestItems } from '../../src/sessions/items.ts';
import { SessionCipher } from '../../src/storage/cipher.ts';
import { createFolder } from '../vscode/serverProcess.ts';
import { atMost, figure, type Figure } from './figure.ts';
import { deleteFiles, openFiles, secretsWith } from './realFiles.ts';
import { silentLog } from './silentLog.ts';
import { PADDING, type Written } from './written.ts';

const KILLS = 200;
/** A write takes less than this, so a kill within this time hits every part of one. */
const WITHIN_MS = 20;

const Message = z.object({ id: z.string(), count: z.number() });

/** Kills a process that writes sessions, at random moments. What it has said to be done must be there. */
export async function kills(): Promise<Figure[]> {
  const folder = createFolder();
  const { keyText } = await SessionCipher.create();
  /** The newest count of each session that was said to be written. */
  const done = new Map<string, number>();
  let writes = 0;
  let lost = 0;
  let broken = 0;
  let unfinished = 0;
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      for (const { id, count } of await writeUntilKilled(folder, keyText, writes)) {
        done.set(id, count);
        writes = count + 1;
      }
      writes += 1; // the write that the kill has hit
      const closing = new AbortController();
      const runtime = { clock: systemClock, log: silentLog, closed: closing.signal };
      const items = openFiles(folder, secretsWith(keyText), runtime);
      const newest = newestItems(await items.names());
      lost += [...done.keys()].filter((id) => !newest.has(id)).length;
      for (const [id, { name }] of newest) {
        const [count, padding] = (await items.read(name))?.split(' ') ?? [];
        if (count === undefined || padding !== PADDING) broken += 1;
        else if (Number(count) < (done.get(id) ?? 0)) lost += 1;
        else if (Number(count) > (done.get(id) ?? -1)) unfinished += 1;
      }
      closing.abort();
      items.dispose();
    }
    const how = `${KILLS} times SIGKILL at a random moment, ${done.size} sessions, ${writes} writes`;
    return [
      atMost('Sessions lost after they were stored', lost, 0, how, String),
      atMost('Sessions stored in part', broken, 0, how, String),
      figure('Writes that were there before the process could say so', String(unfinished), how),
    ];
  } finally {
    await deleteFiles(folder);
  }
}

async function writeUntilKilled(folder: string, keyText: string, first: number): Promise<Written[]> {
  const file = path.join(import.meta.dirname, 'writer.ts');
  const child = fork(file, [folder, keyText, String(first)], { execArgv: [] });
  const written: Written[] = [];
  child.on('message', (message) => written.push(Message.parse(message)));
  await once(child, 'message');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * WITHIN_MS));
  child.kill('SIGKILL');
  await once(child, 'close'); // after its last message
  return written;
}
