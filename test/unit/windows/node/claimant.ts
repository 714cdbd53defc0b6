// A window's process in a race for claims: says when it is ready, takes what it is told to, and says what it got.
import { RecordingLog } from '../../support/recordingLog.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { FileClaims } from '../../../../src/windows/node/fileLocks.ts';

const [folder = '', ...names] = process.argv.slice(2);
const claims = new FileClaims(folder, systemClock, new RecordingLog());

process.once('message', () => {
  void (async () => {
    const won: string[] = [];
    for (const name of names) if (await claims.take(name, 3_600_000)) won.push(name);
    process.send?.(won);
    process.disconnect();
  })();
});
process.send?.('ready');
