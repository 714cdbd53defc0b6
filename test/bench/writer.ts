// A process that writes sessions until it is killed. It says of each write that it is done.
import { systemClock } from '../../src/base/clock.ts';
import { NEVER } from '../../src/base/timeLimit.ts';
import { openFiles, secretsWith } from './realFiles.ts';
import { silentLog } from './silentLog.ts';
import { itemOf, PADDING, type Written } from './written.ts';

const [folder = '', keyText = '', first = '0'] = process.argv.slice(2);
const items = openFiles(folder, secretsWith(keyText), { clock: systemClock, log: silentLog, closed: NEVER });
for (let count = Number(first); ; count++) {
  const written: Written = { id: `session-${count % 5}`, count };
  await items.add(itemOf(written), `${count} ${PADDING}`);
  process.send?.(written);
}
