import assert from 'node:assert/strict';

import type { Http } from '../../../src/http/send.ts';
import { adom } from '../../../src/services/adom/adom.ts';
import type { Grant, IdentityService } from '../../../src/services/service.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import { newestItems } from '../../../src/sessions/items.ts';
import { isLive, type LiveSession } from '../../../src/sessions/record.ts';
import type { ServiceSessions } from '../../../src/sessions/serviceSessions.ts';
import { openSessions, type Sessions } from '../../../src/sessions/sessions.ts';
import { networkError, type Reply } from './conversation.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeLocks, type FakeWindowLocks } from './fakeLocks.ts';
import { FakeMemento } from './fakeMemento.ts';
import { FakeProcess } from './fakeProcess.ts';
import { FakeStorage } from './fakeStorage.ts';
import { noticeText } from './noticeText.ts';
import { recordOf } from './record.ts';
import { RecordingLog } from './recordingLog.ts';
import { serviceTexts } from './serviceTexts.ts';
import { TokenServer } from './tokenServer.ts';

export type Kind = TokenServer['kind'];
export const KINDS: readonly Kind[] = ['sigma', 'adom'];
export const SERVER = 'https://auth.example';
export const SECOND_MS = 1_000;
export const HOUR_MS = 3_600_000;
export const UNREACHABLE = networkError('ENOTFOUND');

export interface RevocationWindow {
  readonly all: Sessions;
  readonly sessions: ServiceSessions;
  /** What the user is told. */
  readonly notices: string[];
  /** The ids of what waits, as the user was told. */
  readonly told: string[];
  readonly log: RecordingLog;
  readonly process: FakeProcess;
  readonly locks: FakeWindowLocks;
  readonly closed: AbortController;
  readonly die: () => void;
}

/** Windows of one user, and one service behind the product's own client. */
export class RevocationWorld {
  readonly clock = new FakeClock();
  readonly server: TokenServer;
  readonly storage = new FakeStorage(this.clock);
  /** Where revocations wait. */
  readonly revocations = new FakeStorage(this.clock);
  readonly locks = new FakeLocks(this.clock);
  readonly memento = new FakeMemento();
  readonly windows: RevocationWindow[] = [];
  /** The server in the settings. */
  configured = SERVER;
  /** A sign-in with the service is in progress in some window. */
  isSigningIn: () => Promise<boolean> = () => Promise.resolve(false);

  constructor(kind: Kind) {
    this.server = new TokenServer(this.clock, kind);
  }

  /** A window that opens. It has read what is stored. */
  async open(): Promise<RevocationWindow> {
    const process = new FakeProcess(this.clock);
    const [log, closed] = [new RecordingLog(), new AbortController()];
    const runtime = { clock: process.clock, log, closed: closed.signal };
    const [storage, revocations] = [this.storage.window(), this.revocations.workWindow()];
    const locks = this.locks.window();
    const all = openSessions(
      {
        services: [
          this.#service(process, log, (url) => {
            all.revocations.reached(url);
          }),
        ],
        ...{ storage, revocations, locks, memento: this.memento },
        isFocused: () => false,
        isSigningIn: () => this.isSigningIn(),
      },
      runtime,
    );
    const [sessions] = all.byService;
    assert.ok(sessions);
    const [notices, told]: string[][] = [[], []];
    all.onNotice((notice) => {
      notices?.push(noticeText(notice));
      if (notice.kind === 'revocationWaits') told?.push(...notice.ids);
    });
    const die = (): void => {
      for (const each of [storage, revocations, locks]) each.die();
    };
    const window = {
      all,
      sessions,
      notices: notices ?? [],
      told: told ?? [],
      log,
      process,
      locks,
      closed,
      die,
    };
    this.windows.push(window);
    await this.clock.run(all.load());
    return window;
  }

  #service(process: FakeProcess, log: RecordingLog, onAnswer: (url: string) => void): IdentityService {
    const http: Http = {
      fetch: (url, init) => process.whileAlive(this.server.answer(url as string, init ?? {})),
      ...{ clock: process.clock, log, onAnswer },
    };
    const common = { sessionMaxAgeSeconds: 60, updates: 'poll', clientId: 'editor' } as const;
    return this.server.kind === 'sigma'
      ? sigma(http, () => ({ ...common, serverUrl: this.configured, defaultServerUrl: SERVER }), serviceTexts)
      : adom(http, () => ({ ...common, apiUrl: this.configured, defaultApiUrl: SERVER }), serviceTexts);
  }

  /** A stored session, from a sign-in of two hours ago. */
  have(id: string, grant: Grant = this.server.grant(), different: Partial<LiveSession> = {}): Grant {
    const atMs = this.clock.now() - 2 * HOUR_MS;
    const serviceId = this.server.kind === 'sigma' ? 'sigma-identity' : 'adom';
    const times = { signedInAtMs: atMs, grantedAtMs: atMs };
    this.storage.have({ ...recordOf(id, { ...times, grant, ...different }), serviceId });
    return grant;
  }

  /** A window that has signed out of a session while nothing could be reached, and has told its user. */
  async signedOut(between: Reply = UNREACHABLE): Promise<{ window: RevocationWindow; grant: Grant }> {
    const grant = this.have('a');
    const window = await this.open();
    this.server.between = between;
    await this.signOut(window);
    assert.equal(this.waiting().length, 1);
    return { window, grant };
  }

  /** Signs out, and waits until the first attempt is over. */
  async signOut({ sessions }: RevocationWindow, ...ids: string[]): Promise<void> {
    const all = ids.length === 0 ? ['a'] : ids;
    await this.clock.run(Promise.all(all.map((id) => sessions.signOut(id))));
    await this.clock.advance(7 * SECOND_MS);
  }

  /** The user signs in again: the service grants this. */
  async signIn({ sessions }: RevocationWindow, grant: Grant): Promise<void> {
    const { person, scopes } = recordOf('any');
    await this.clock.run(sessions.keep({ scopes, grant, person }, new AbortController().signal));
  }

  /** Closes a window as VS Code does. */
  async close(window: RevocationWindow): Promise<void> {
    const finished = window.all.finish().then(() => window.all.revocations.finish());
    window.closed.abort(new Error('closed'));
    const settled = new AbortController();
    const limit = this.clock.sleep(5 * SECOND_MS, settled.signal).catch(() => undefined);
    await this.clock.run(Promise.race([finished, limit]));
    settled.abort();
    await this.kill(window);
  }

  /** The process of a window ends at once. */
  async kill(window: RevocationWindow): Promise<void> {
    window.process.end();
    window.closed.abort(new Error('killed'));
    window.die();
    window.all.dispose();
    await this.clock.settle();
  }

  /** The texts of the revocations that wait. */
  waiting(): string[] {
    const newest = newestItems(this.revocations.stored.keys()).values();
    return [...newest].flatMap(({ name, isMark }) =>
      isMark ? [] : [this.revocations.stored.get(name) ?? ''],
    );
  }

  /** Everything that is stored anywhere, and all logs. */
  everything(): string {
    const { storage, revocations, memento, windows } = this;
    const stored = [storage, revocations].map((each) => [...each.stored]);
    return JSON.stringify([stored, [...memento.kept], windows.map(({ log }) => log.lines)]);
  }

  liveSessions({ all }: RevocationWindow): LiveSession[] {
    return all.store.records().filter(isLive);
  }
}
