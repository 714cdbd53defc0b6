// The process of a window that renews a session. Its parent is the service.
// Arguments: the folder of items and locks, the key, and whether to hang just before it sends the token, until the
// parent lets it go on.
import { readSync } from 'node:fs';

import * as z from 'zod/mini';

import { systemClock } from '../../../src/base/clock.ts';
import { NEVER } from '../../../src/base/timeLimit.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { openRenewalWindow } from '../support/renewalWindow.ts';

/** What the process tells: the refresh token that it sends, that it hangs, or what it has at the end. */
export type Told =
  | { readonly asks: string | undefined }
  | { readonly hangs: true }
  | { readonly has: string | undefined; readonly lines: readonly string[] };

const [folder = '', keyText = '', hangs = ''] = process.argv.slice(2);
const log = new RecordingLog();

function tell(told: Told): void {
  process.send?.(told);
}

function ask(refreshToken: string | undefined): Promise<number> {
  return new Promise((resolve) => {
    process.once('message', (answer) => {
      resolve(z.parse(z.number(), answer));
    });
    tell({ asks: refreshToken });
  });
}

function hang(): void {
  if (hangs === '') return;
  tell({ hangs: true });
  readSync(0, Buffer.alloc(1)); // nothing of this process runs until its parent writes
}

const runtime = { clock: systemClock, log, closed: NEVER };
const { store, renew } = openRenewalWindow(folder, keyText, runtime, ask, hang);
await store.load();
await renew();
await store.rereadAll();
tell({ has: store.liveSession('a')?.grant.accessToken, lines: log.lines });
process.once('disconnect', () => process.exit());
