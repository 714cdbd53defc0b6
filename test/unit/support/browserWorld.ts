import type * as vscode from 'vscode';

import { PendingRevocations } from '../../../src/sessions/pendingRevocations.ts';
import { SessionStore } from '../../../src/sessions/store.ts';
import { openWebStorage } from '../../../src/storage/web/webStorage.ts';
import { CryptoClock } from './cryptoClock.ts';
import { FakeMemento } from './fakeMemento.ts';
import { FakeSecrets } from './fakeSecrets.ts';
import { RecordingLog } from './recordingLog.ts';

/** As measured in a browser. */
const BROADCAST_MS = 130;

/** One window of the browser: its copy of the global state, and its sessions. */
export interface BrowserWindow {
  readonly memento: FakeMemento;
  readonly store: SessionStore;
  readonly revocations: PendingRevocations;
  readonly log: RecordingLog;
  /** The key as this window knows it, and as it writes it with its next secret. */
  key(): Promise<string | undefined>;
  claimFor(name: string, ms: number): Promise<boolean>;
  close(): void;
}

/**
 * The windows of one browser. A change of the global state writes the whole copy of a window, and reaches the others a
 * moment later: two changes at once undo each other. A window reads the secrets once, and writes all that it knows.
 */
export class BrowserWorld {
  readonly clock = new CryptoClock();
  /** What the browser keeps. */
  state = new Map<string, unknown>();
  secrets = new Map<string, string>();
  readonly #open = new Set<FakeMemento>();

  open(): BrowserWindow {
    const closed = new AbortController();
    const log = new RecordingLog();
    const runtime = { clock: this.clock, log, closed: closed.signal };
    const memento = this.#memento();
    const secrets = this.#secrets();
    const globalState = Object.assign(memento, { setKeysForSync: () => undefined });
    const { locks, storage, revocations } = openWebStorage({ secrets, globalState }, runtime);
    const store = new SessionStore(storage, locks, runtime);
    return {
      memento,
      store,
      revocations: new PendingRevocations(revocations, runtime),
      log,
      key: async () => secrets.get('sessionKey'),
      claimFor: (name, ms) => locks.claimFor(name, ms),
      close: () => {
        closed.abort();
        this.#open.delete(memento);
        store.dispose();
        storage.dispose();
      },
    };
  }

  #memento(): FakeMemento {
    const memento = new FakeMemento();
    for (const [key, value] of this.state) memento.kept.set(key, value);
    this.#open.add(memento);
    const update = memento.update.bind(memento);
    memento.update = async (key, value) => {
      await update(key, value);
      const copy = new Map(memento.kept);
      this.clock.at(this.clock.ranMs + BROADCAST_MS, () => {
        this.state = copy;
        for (const other of this.#open)
          if (other !== memento) {
            other.kept.clear();
            for (const [each, kept] of copy) other.kept.set(each, kept);
          }
      });
    };
    return memento;
  }

  #secrets(): vscode.SecretStorage {
    const own = new FakeSecrets(this.clock);
    for (const [key, value] of this.secrets) own.stored.set(key, value);
    const window = own.window();
    return {
      ...window,
      store: async (key, value) => {
        await window.store(key, value);
        this.secrets = new Map(own.stored);
      },
      delete: async (key) => {
        await window.delete(key);
        this.secrets = new Map(own.stored);
      },
    };
  }
}
