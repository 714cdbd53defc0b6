import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import type { Runtime } from '../../src/base/runtime.ts';
import { signIn } from '../../src/signIn/signIn.ts';
import type { SignInUi } from '../../src/signIn/signInUi.ts';
import type { IdentityService } from '../../src/services/service.ts';
import { openSessions } from '../../src/sessions/sessions.ts';
import type { ServiceSessions } from '../../src/sessions/serviceSessions.ts';
import { FileLocks } from '../../src/storage/node/fileLocks.ts';
import { FileSessions } from '../../src/storage/node/fileSessions.ts';
import { KEY_BYTES } from '../../src/storage/node/sessionKey.ts';
import { FakeMemento } from '../unit/support/fakeMemento.ts';
import { silentLog } from './silentLog.ts';

/** The sessions of one window, wired as in the product, with real files and the system clock. */
export interface RealWindow {
  readonly sessions: ServiceSessions;
  /** Throws when the sign-in fails. */
  signIn(): Promise<void>;
  close(): Promise<void>;
}

/** A sign-in UI for a user who only approves in the browser. */
const view: SignInUi = {
  open: () => ({
    cancelled: new AbortController().signal,
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
  remind: () => undefined,
};

/** The key shared by all windows of this process. */
const KEY = randomBytes(KEY_BYTES);

export async function openRealWindow(folder: string, service: IdentityService): Promise<RealWindow> {
  const closing = new AbortController();
  const runtime: Runtime = { clock: systemClock, log: silentLog, closed: closing.signal };
  const all = openSessions(
    {
      services: [service],
      storage: await FileSessions.open(path.join(folder, 'sessions'), KEY, silentLog),
      locks: new FileLocks(path.join(folder, 'locks'), () => Promise.resolve(), runtime),
      memento: new FakeMemento(),
      isFocused: () => false,
    },
    runtime,
  );
  const [sessions] = all.byService;
  assert.ok(sessions);
  await all.load();
  return {
    sessions,
    signIn: async () => {
      const result = await signIn({ sessions, view, runtime }, { scopes: [], accountId: undefined });
      assert.equal(result.kind, 'signedIn');
    },
    close: async () => {
      await all.finish();
      closing.abort();
      all.dispose();
    },
  };
}
