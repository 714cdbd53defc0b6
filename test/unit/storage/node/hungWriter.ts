// The process of a window that renews a session, and hangs in the middle of it until its parent lets it continue.
// Arguments: the folder of the sessions, the key, and after how many turns of the event loop to hang.
import { readSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterRenewal } from '../../../../src/sessions/record.ts';
import { openHungWindow } from '../../support/hungWindow.ts';

const [folder = '', keyText = '', turns = ''] = process.argv.slice(2);
const { store } = openHungWindow(folder, keyText);
await store.load();
const before = store.liveSession('a');
if (before === undefined) throw new Error('The session is not there');
const grant = { ...before.grant, accessToken: 'renewed' };
const stored = store.replace({ ...before, version: afterRenewal(before.version), grant });
for (let turn = 0; turn < Number(turns); turn++) await nextTurn();
writeSync(1, 'hangs');
readSync(0, Buffer.alloc(1)); // blocks the whole process until its parent writes
await stored;
await store.rereadAll();
writeSync(1, store.get('a')?.state ?? 'unknown');
process.exit();
