// A window in its own process, whose limit of open files the caller sets. Reports what it finds in the folder.
import { newestItems } from '../../../../src/sessions/items.ts';
import { SessionStore } from '../../../../src/sessions/store.ts';
import { SharedKey } from '../../../../src/storage/keyAgreement.ts';
import { FileItems } from '../../../../src/storage/node/fileItems.ts';
import { SecretItems } from '../../../../src/storage/secretItems.ts';
import { TwoCopies } from '../../../../src/storage/twoCopies.ts';
import { DiskClock } from '../../support/diskClock.ts';
import { FakeLocks } from '../../support/fakeLocks.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { FakeSecrets } from '../../support/fakeSecrets.ts';
import { recordOf } from '../../support/record.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

/** What the window reports. */
export interface Found {
  readonly sessions: number;
  /** The items that are in SecretStorage at the end. */
  readonly inSecrets: number;
  readonly log: readonly string[];
}

if (process.argv[1] === import.meta.filename) {
  const [parent = '', keyText = '', marks = '0'] = process.argv.slice(2);
  const [clock, log] = [new DiskClock(), new RecordingLog()];
  const closed = new AbortController();
  const runtime = { clock, log, closed: closed.signal };
  const secrets = new FakeSecrets(clock);
  secrets.stored.set('sessionKey', keyText);
  for (let at = 0; at < Number(marks); at++) secrets.stored.set(`session/session-${at}.1-0-0.removed`, '-');
  const window = secrets.window();
  const shared = new FileItems(parent, new SharedKey(window, new FakeMemento(), runtime), runtime);
  const inSecrets = new SecretItems(window);
  const storage = new TwoCopies({ secrets: inSecrets, shared, inBrowser: false }, runtime);
  await clock.run(storage.names());
  await clock.settle();
  const store = new SessionStore(storage, new FakeLocks(clock).window(), runtime);
  await clock.run(store.load());
  await clock.run(store.replace(recordOf('new')));
  await clock.run(store.rereadAll());
  await clock.settle();
  const found: Found = {
    sessions: store.sessions().length,
    inSecrets: newestItems(await inSecrets.names()).size,
    log: log.lines,
  };
  closed.abort(new Error('closed'));
  storage.dispose();
  console.log(JSON.stringify(found));
}
