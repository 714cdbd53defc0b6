import path from 'node:path';

import type { Runtime } from '../../../src/base/runtime.ts';
import type { RenewResult } from '../../../src/services/service.ts';
import type { WindowLocks } from '../../../src/sessions/ports.ts';
import { Renewal } from '../../../src/sessions/renewal.ts';
import { SessionStore } from '../../../src/sessions/store.ts';
import { SharedKey } from '../../../src/storage/keyAgreement.ts';
import { FileItems } from '../../../src/storage/node/fileItems.ts';
import { FileLocks } from '../../../src/storage/node/fileLocks.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeMemento } from './fakeMemento.ts';
import { FakeSecrets } from './fakeSecrets.ts';
import { FakeService } from './fakeService.ts';

/** Sends a refresh token to the service. Resolves with the number of the new tokens. */
export type Ask = (refreshToken: string | undefined) => Promise<number>;

/** A window that renews sessions, with real files and real locks. */
export interface RenewalWindow {
  readonly store: SessionStore;
  /** Resolves when all attempts have ended, and their locks are free. */
  readonly renew: () => Promise<void>;
  readonly close: () => void;
}

/** `folder`: for items and locks. `onAboutToSend` is called before the window looks whether it still has its lock. */
export function openRenewalWindow(
  folder: string,
  keyText: string,
  runtime: Runtime,
  ask: Ask,
  onAboutToSend: () => void = () => undefined,
): RenewalWindow {
  const secrets = new FakeSecrets(new FakeClock());
  secrets.stored.set('sessionKey', keyText);
  const key = new SharedKey(secrets.window(), new FakeMemento(), runtime);
  const items = new FileItems(path.join(folder, 'sessions'), key, runtime);
  const locks = watched(
    new FileLocks(path.join(folder, 'locks'), () => Promise.resolve(), runtime),
    onAboutToSend,
  );
  const store = new SessionStore(items, locks, runtime);
  const renewal = new Renewal(new AskedService(ask), store, runtime);
  return {
    store,
    renew: async () => {
      const record = store.liveSession('a');
      if (record === undefined) throw new Error('The session is not there');
      void renewal.renew(record, runtime.closed);
      await renewal.finish();
    },
    close: () => {
      store.dispose();
      items.dispose();
    },
  };
}

class AskedService extends FakeService {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    super(new FakeClock());
    this.#ask = ask;
  }

  override async renew({
    server,
    refreshToken,
  }: {
    server: string;
    refreshToken?: string;
  }): Promise<RenewResult> {
    const n = await this.#ask(refreshToken);
    return { kind: 'granted', grant: { server, accessToken: `access ${n}`, refreshToken: `refresh ${n}` } };
  }
}

function watched(locks: WindowLocks, onAboutToSend: () => void): WindowLocks {
  return {
    claimFor: (name, ms) => locks.claimFor(name, ms),
    withLock: (name, signal, work) =>
      locks.withLock(name, signal, (lock) =>
        work({
          ...lock,
          isHeld: () => {
            onAboutToSend();
            return lock.isHeld();
          },
        }),
      ),
  };
}
