import assert from 'node:assert/strict';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import type { Runtime } from '../../src/base/runtime.ts';
import { signIn } from '../../src/signIn/signIn.ts';
import { KeptSignIns } from '../../src/signIn/keptSignIns.ts';
import type { SignInUi } from '../../src/signIn/signInUi.ts';
import type { IdentityService } from '../../src/services/service.ts';
import { openSessions } from '../../src/sessions/sessions.ts';
import type { ServiceSessions } from '../../src/sessions/serviceSessions.ts';
import { FileLocks } from '../../src/storage/node/fileLocks.ts';
import { SessionCipher } from '../../src/storage/cipher.ts';
import { SecretItems } from '../../src/storage/secretItems.ts';
import { TwoCopies } from '../../src/storage/twoCopies.ts';
import { FakeMemento } from '../unit/support/fakeMemento.ts';
import { openFiles, secretsWith } from './realFiles.ts';
import { silentLog } from './silentLog.ts';

/** The sessions of one window as the product has them, with real files and the system's clock. */
export interface RealWindow {
  readonly sessions: ServiceSessions;
  /** Throws when the sign-in does not succeed. */
  signIn(): Promise<void>;
  close(): Promise<void>;
}

/** A person who only approves in the browser. */
const view: SignInUi = {
  open: () => ({
    canceled: new AbortController().signal,
    pending: () => undefined,
    contact: () => undefined,
    expired: () => Promise.reject(new Error('expired')),
    finishing: () => undefined,
    choose: () => Promise.resolve(undefined),
    close: () => undefined,
  }),
  failed: () => undefined,
  signedIn: () => undefined,
  hasNoBapIdentity: () => undefined,
  choseNoIdentity: () => undefined,
  signedInElsewhere: () => undefined,
  showQuestion: () => false,
  remind: () => undefined,
};

/** The SecretStorage that all windows of this process share, unless they are given another. */
const ownSecrets = secretsWith((await SessionCipher.create()).keyText);

export async function openRealWindow(
  folder: string,
  service: IdentityService,
  secrets = ownSecrets,
): Promise<RealWindow> {
  const closing = new AbortController();
  const runtime: Runtime = { clock: systemClock, log: silentLog, closed: closing.signal };
  const shared = openFiles(path.join(folder, 'sessions'), secrets, runtime);
  const locks = new FileLocks(path.join(folder, 'locks'), () => Promise.resolve(), runtime);
  const signIns = new KeptSignIns({
    storage: openFiles(path.join(folder, 'signIns'), secrets, runtime),
    locks,
    runtime,
  });
  const storage = new TwoCopies({ secrets: new SecretItems(secrets), shared, inBrowser: false }, runtime);
  const all = openSessions(
    {
      services: [service],
      storage,
      locks,
      memento: new FakeMemento(),
      isFocused: () => false,
      revocations: openFiles(path.join(folder, 'revocations'), secrets, runtime),
      isSigningIn: (serviceId) => signIns.isInProgress(serviceId),
    },
    runtime,
  );
  const [sessions] = all.byService;
  assert.ok(sessions);
  await all.load();
  const about = { serviceId: service.id, scopes: [], isForExtension: false };
  return {
    sessions,
    signIn: async () => {
      const kept = signIns.begin({ format: 1, ...about });
      const request = { ...about, accountId: undefined };
      const result = await signIn({ sessions, view, runtime }, request, { kept, onCode: () => undefined });
      assert.equal(result.kind, 'signedIn');
    },
    close: async () => {
      await Promise.all([all.finish(), signIns.finish()]);
      await all.revocations.finish();
      closing.abort();
      all.dispose();
      await storage.finish();
    },
  };
}
