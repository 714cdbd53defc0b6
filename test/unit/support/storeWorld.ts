import { newestItems } from '../../../src/sessions/items.ts';
import {
  afterRenewal,
  afterSignIn,
  type LiveSession,
  type SessionRecord,
} from '../../../src/sessions/record.ts';
import type { Added } from '../../../src/sessions/additions.ts';
import { SessionStore } from '../../../src/sessions/store.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeLocks } from './fakeLocks.ts';
import { FakeStorage } from './fakeStorage.ts';
import { recordOf } from './record.ts';
import { RecordingLog } from './recordingLog.ts';

/** The store of one window. */
export interface StoreWindow {
  readonly store: SessionStore;
  /** Every change that it fired, such as `added a`. */
  readonly told: string[];
  readonly log: RecordingLog;
  readonly closed: AbortController;
}

/** The stores of several windows over one storage, without the rest of the sessions. */
export class StoreWorld {
  readonly clock = new FakeClock();
  readonly storage = new FakeStorage(this.clock);
  readonly locks = new FakeLocks(this.clock);

  /** Opens a window that has not read the storage yet. */
  open(): StoreWindow {
    const [log, closed] = [new RecordingLog(), new AbortController()];
    const runtime = { clock: this.clock, log, closed: closed.signal };
    const store = new SessionStore(this.storage.window(), this.locks.window(), runtime);
    const told: string[] = [];
    store.onDidChange(({ kind, record }) => told.push(`${kind} ${record.id}`));
    return { store, told, log, closed };
  }

  /** Opens a window that has read the storage. */
  async ready(): Promise<StoreWindow> {
    const window = this.open();
    await this.clock.run(window.store.load());
    return window;
  }

  /** Stores records before any window opens. */
  have(...records: readonly SessionRecord[]): void {
    for (const record of records) this.storage.have(record);
  }

  /** Another program or another window has stored this record, and the windows get the event. */
  put(record: SessionRecord): void {
    this.storage.put(record);
  }

  /** The newest text of each session in storage. A mark has an empty one. */
  get texts(): Record<string, string> {
    const ids = [...newestItems(this.storage.stored.keys()).keys()];
    return Object.fromEntries(ids.map((id) => [id, this.storage.textOf(id) ?? '']));
  }

  /** Lets ten seconds pass, then returns the ids of the live sessions. */
  async live({ store }: StoreWindow): Promise<string[]> {
    await this.clock.advance(10_000);
    return store.sessions().flatMap(({ id, state }) => (state === 'live' ? [id] : []));
  }
}

/** Adds a sign-in with this token in one window. */
export function add(
  { store }: StoreWindow,
  id: string,
  accessToken: string,
  signal = new AbortController().signal,
): Promise<Added> {
  const make = (its: string, current: SessionRecord | undefined): LiveSession => {
    const first = withToken(recordOf(its), accessToken);
    return current === undefined ? first : { ...first, version: afterSignIn(current.version) };
  };
  return store.add({ session: recordOf(id), find: () => id, make }, signal);
}

/** The version of a session that a renewal creates. */
export function renewed(record: LiveSession, accessToken: string): LiveSession {
  return withToken({ ...record, version: afterRenewal(record.version) }, accessToken);
}

/** The version of a session that a sign-in creates. */
export function signedInAgain(record: LiveSession, accessToken: string): LiveSession {
  return withToken({ ...record, version: afterSignIn(record.version) }, accessToken);
}

function withToken(record: LiveSession, accessToken: string): LiveSession {
  return { ...record, grant: { ...record.grant, accessToken } };
}

/** The access token of a session in memory. */
export function tokenOf({ store }: StoreWindow, id: string): string | undefined {
  return store.liveSession(id)?.grant.accessToken;
}
