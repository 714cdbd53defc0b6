import { systemClock } from '../../../src/base/clock.ts';
import { SessionStore } from '../../../src/sessions/store.ts';
import { SharedKey } from '../../../src/storage/keyAgreement.ts';
import { LocalLocks } from '../../../src/storage/localLocks.ts';
import { FileItems } from '../../../src/storage/node/fileItems.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeMemento } from './fakeMemento.ts';
import { FakeSecrets } from './fakeSecrets.ts';
import { RecordingLog } from './recordingLog.ts';

/** A window with real files and the system's clock. Writes need no lock, so it shares none with other windows. */
export function openHungWindow(
  folder: string,
  keyText: string,
): { readonly store: SessionStore; readonly close: () => void } {
  const closed = new AbortController();
  const runtime = { clock: systemClock, log: new RecordingLog(), closed: closed.signal };
  const secrets = new FakeSecrets(new FakeClock());
  secrets.stored.set('sessionKey', keyText);
  const items = new FileItems(folder, new SharedKey(secrets.window(), new FakeMemento(), runtime), runtime);
  const store = new SessionStore(items, new LocalLocks(systemClock), runtime);
  const close = (): void => {
    closed.abort(new Error('closed'));
    store.dispose();
    items.dispose();
  };
  return { store, close };
}
