import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { FileSessions } from '../../src/storage/node/fileSessions.ts';
import { KEY_BYTES } from '../../src/storage/node/sessionKey.ts';
import { createFolder } from '../vscode/serverProcess.ts';
import { atMost, figure, type Figure } from './figure.ts';
import { silentLog } from './silentLog.ts';
import { PADDING, type Written } from './written.ts';

const KILLS = 200;
/** Longer than a write takes, so that kills hit every stage of one. */
const WITHIN_MS = 20;

const Message = z.object({ id: z.string(), count: z.number() });

/** Kills a process that writes sessions, at random times. Every acknowledged write must survive. */
export async function kills(): Promise<Figure[]> {
  const folder = createFolder();
  const key = randomBytes(KEY_BYTES);
  /** The newest acknowledged count of each session. */
  const done = new Map<string, number>();
  let writes = 0;
  let lost = 0;
  let broken = 0;
  let unfinished = 0;
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      for (const { id, count } of await writeUntilKilled(folder, key, writes)) {
        done.set(id, count);
        writes = count + 1;
      }
      writes += 1; // the write that was interrupted
      const sessions = await FileSessions.open(folder, key, silentLog);
      for (const id of await sessions.ids()) {
        const [count, padding] = (await sessions.read(id))?.split(' ') ?? [];
        if (count === undefined || padding !== PADDING) broken += 1;
        else if (Number(count) < (done.get(id) ?? 0)) lost += 1;
        else if (Number(count) > (done.get(id) ?? -1)) unfinished += 1;
      }
      sessions.dispose();
    }
    const how = `${KILLS} times SIGKILL at a random moment, ${done.size} sessions, ${writes} writes`;
    return [
      atMost('Sessions lost after they were stored', lost, 0, how, String),
      atMost('Sessions stored in part', broken, 0, how, String),
      figure('Writes that were there before the process could say so', String(unfinished), how),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeUntilKilled(folder: string, key: Buffer, first: number): Promise<Written[]> {
  const file = path.join(import.meta.dirname, 'writer.ts');
  const child = fork(file, [folder, key.toString('hex'), String(first)], { execArgv: [] });
  const written: Written[] = [];
  child.on('message', (message) => written.push(Message.parse(message)));
  await once(child, 'message');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * WITHIN_MS));
  child.kill('SIGKILL');
  await once(child, 'close'); // after its last message
  return written;
}
