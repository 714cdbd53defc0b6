// A process that writes sessions until it is killed, and acknowledges each write.
import { FileSessions } from '../../src/storage/node/fileSessions.ts';
import { silentLog } from './silentLog.ts';
import { PADDING, type Written } from './written.ts';

const [folder = '', key = '', first = '0'] = process.argv.slice(2);
const sessions = await FileSessions.open(folder, Buffer.from(key, 'hex'), silentLog);
for (let count = Number(first); ; count++) {
  const written: Written = { id: `session-${count % 5}`, count };
  await sessions.write(written.id, `${count} ${PADDING}`);
  process.send?.(written);
}
