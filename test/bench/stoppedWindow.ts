// A window in a process of its own. Its parent tells it what to do, and hears which access tokens it has then.
// Arguments: the folder and the key of what is stored, and the address of Sigma Identity.
import * as z from 'zod';
import { systemClock } from '../../src/base/clock.ts';
import { NEVER } from '../../src/base/timeLimit.ts';
import { sigma } from '../../src/services/sigma/sigma.ts';
import { serviceTexts } from '../unit/support/serviceTexts.ts';
import { secretsWith } from './realFiles.ts';
import { openRealWindow } from './realWindow.ts';
import { silentLog } from './silentLog.ts';

const Task = z.enum(['signIn', 'renew', 'signOut', 'tell']);
export type Task = z.infer<typeof Task>;

const [folder = '', keyText = '', serverUrl = ''] = process.argv.slice(2);
const http = {
  fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
  clock: systemClock,
  log: silentLog,
};
const settings = { serverUrl, defaultServerUrl: serverUrl, clientId: 'editor' };
const window = await openRealWindow(
  folder,
  sigma(http, () => settings, serviceTexts),
  secretsWith(keyText),
);
const { sessions } = window;

const tasks: Record<Task, () => Promise<unknown>> = {
  signIn: () => window.signIn(),
  renew: async () => {
    for (const record of sessions.records.configured()) await sessions.renewal.renew(record, NEVER);
    await sessions.renewal.finish();
  },
  signOut: () => Promise.all(sessions.records.configured().map(({ id }) => sessions.signOut(id))),
  tell: () => Promise.resolve(),
};

process.on('message', (message) => {
  void tasks[Task.parse(message)]().then(tell);
});
process.once('disconnect', () => process.exit());
tell();

function tell(): void {
  process.send?.(sessions.records.configured().map(({ grant }) => grant.accessToken));
}
