import type { Grant } from '../../../src/services/service.ts';
import { newestItems, recordOf as recordIn } from '../../../src/sessions/items.ts';
import {
  isLive,
  type LiveSession,
  type SessionRecord,
  type AccountChange,
} from '../../../src/sessions/record.ts';
import type { ServiceSessions } from '../../../src/sessions/serviceSessions.ts';
import { openSessions, type Sessions } from '../../../src/sessions/sessions.ts';
import type { SessionStore } from '../../../src/sessions/store.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeLocks, type FakeWindowLocks } from './fakeLocks.ts';
import { FakeMemento } from './fakeMemento.ts';
import { FakeProcess } from './fakeProcess.ts';
import { FakeService } from './fakeService.ts';
import { FakeStorage, type FakeWindowStorage } from './fakeStorage.ts';
import { noticeText } from './noticeText.ts';
import { type HostKind, TwoPlaces } from './twoPlaces.ts';
import { recordOf } from './record.ts';
import { RecordingLog } from './recordingLog.ts';

/** VS Code gives a window this long to finish its work when it closes. */
const DEACTIVATION_MS = 5_000;

/** One window of the application. */
export interface Window {
  readonly all: Sessions;
  readonly store: SessionStore;
  /** The sessions of the service. */
  readonly sessions: ServiceSessions;
  readonly changes: AccountChange[];
  /** What the user is told, such as `ended a`. */
  readonly notices: string[];
  readonly log: RecordingLog;
  readonly closed: AbortController;
  focused: boolean;
  readonly storage: FakeWindowStorage;
  readonly locks: FakeWindowLocks;
  readonly process: FakeProcess;
}

interface WorldOptions {
  readonly kind?: HostKind;
  readonly createService?: (clock: FakeClock) => FakeService;
}

/** Several windows of one application, wired as in the product, and the service that all of them talk to. */
export class SessionWorld {
  readonly clock = new FakeClock();
  /** The one place for everything, unless the world has two. */
  readonly storage = new FakeStorage(this.clock);
  readonly kind: HostKind | undefined;
  readonly places: TwoPlaces | undefined;
  /** Where revocations wait. */
  readonly revocations = new FakeStorage(this.clock);
  readonly locks = new FakeLocks(this.clock);
  readonly memento = new FakeMemento();
  readonly service: FakeService;
  readonly windows: Window[] = [];
  readonly #names = new Map<string, string>();

  /** With `kind`, sessions have the two places of this host instead of one place for everything. */
  constructor({ kind, createService = (clock) => new FakeService(clock) }: WorldOptions = {}) {
    this.kind = kind;
    this.places = kind && new TwoPlaces(kind, this.clock);
    this.service = createService(this.clock);
  }

  open(focused = false): Window {
    const process = new FakeProcess(this.clock);
    const [log, closed] = [new RecordingLog(), new AbortController()];
    const runtime = { clock: process.clock, log, closed: closed.signal };
    const storage = this.places?.window(runtime) ?? this.storage.window();
    const locks = this.locks.window();
    const state = { focused };
    const all = openSessions(
      {
        services: [this.service.seenFrom(process)],
        ...{ storage, locks, memento: this.memento, revocations: this.revocations.workWindow() },
        isSigningIn: () => Promise.resolve(false),
        isFocused: () => state.focused,
      },
      runtime,
    );
    const [sessions] = all.byService;
    if (sessions === undefined) throw new Error('no service');
    const changes: AccountChange[] = [];
    sessions.records.onDidChange((change) => changes.push(change));
    const notices: string[] = [];
    all.onNotice((notice) => notices.push(noticeText(notice)));
    const window: Window = {
      ...{ all, store: all.store, sessions, changes, notices, log, closed, storage, locks, process },
      get focused() {
        return state.focused;
      },
      set focused(is) {
        state.focused = is;
      },
    };
    this.windows.push(window);
    return window;
  }

  /** Opens a window that has read what is stored. */
  async ready(focused = false): Promise<Window> {
    const window = this.open(focused);
    await this.clock.run(window.all.load());
    await this.clock.settle();
    return window;
  }

  /** Closes a window as VS Code does: it gets five seconds to finish, then its process ends. */
  async close(window: Window): Promise<void> {
    const { all, closed } = window;
    const finished = all.finish();
    closed.abort(new Error('closed'));
    const settled = new AbortController();
    const limit = this.clock.sleep(DEACTIVATION_MS, settled.signal).catch(() => undefined);
    await this.clock.run(Promise.race([finished, limit]));
    settled.abort();
    this.kill(window);
  }

  /** The window's process ends at once. */
  kill(window: Window): void {
    window.process.end();
    window.closed.abort(new Error('killed'));
    window.all.dispose();
    window.storage.die();
    window.locks.die();
    this.windows.splice(this.windows.indexOf(window), 1);
  }

  /** Ends all windows. What they wait for would keep them in memory. */
  end(): void {
    for (const window of [...this.windows]) this.kill(window);
  }

  /** The user leaves the window, and comes back. */
  async comeBackTo(window: Window): Promise<void> {
    window.focused = false;
    window.all.focusChanged(false);
    window.focused = true;
    window.all.focusChanged(true);
    await this.clock.settle();
  }

  /** A session that was there before, from a sign-in of two hours ago. */
  have(id: string, grant: Grant, different: Partial<LiveSession> = {}): LiveSession {
    const atMs = this.clock.now() - 7_200_000;
    const record = recordOf(id, { signedInAtMs: atMs, grantedAtMs: atMs, grant, ...different });
    this.store(record);
    return record;
  }

  /** Puts a record into storage before any window opens. */
  store(record: SessionRecord): void {
    this.storage.have(record);
    this.#names.set(record.id, record.id);
  }

  /** What is stored under an id. */
  stored(id: string): SessionRecord | undefined {
    const texts = this.#texts();
    const item = newestItems(texts.keys()).get(id);
    return item && recordIn(item, texts.get(item.name) ?? '');
  }

  #texts(): Map<string, string> {
    return this.places?.newest() ?? this.storage.stored;
  }

  /** All live sessions in storage. */
  storedLive(): LiveSession[] {
    const ids = newestItems(this.#texts().keys()).keys();
    return [...ids].map((id) => this.stored(id)).filter(isLive);
  }

  /** The user has signed in, and the window keeps the grant. */
  signIn(
    { sessions }: Window,
    grant: Grant,
    scopes: readonly string[] = ['profile', 'openid'],
    accountId = 'bap-1',
    signal = new AbortController().signal,
  ): Promise<LiveSession> {
    const person = { ...recordOf('any').person, accountId, accountLabel: `Ann (${accountId})` };
    return sessions.keep({ scopes, grant, person }, signal);
  }

  /** The id, or `new 1` and so on for ids that sign-ins have created. */
  nameOf(id: string): string {
    const name = this.#names.get(id) ?? `new ${[...this.#names.values()].filter(isNew).length + 1}`;
    this.#names.set(id, name);
    return name;
  }

  changesOf({ changes }: Window): string[] {
    return changes.map(({ kind, record }) => `${kind} ${this.nameOf(record.id)}`);
  }

  /** What an extension would get, such as `a: access 1`. */
  async sessionsOf({ sessions }: Window): Promise<string[]> {
    await this.clock.run(sessions.settle());
    return sessions.usable().map(({ id, grant }) => `${this.nameOf(id)}: ${grant.accessToken}`);
  }

  /** The notices that the user got, in any window that is open. */
  notices(): string[] {
    return this.windows.flatMap(({ notices }) => notices);
  }

  /**
   * Lets time run until all work has ended, except for the timer of each window, which fires every 30 seconds. The mark
   * of a revocation that was delivered later stays for up to two hours.
   */
  async quiet(): Promise<void> {
    const untilMs = this.clock.ranMs + 3 * 3_600_000;
    do {
      await this.clock.advance(100);
      if (this.clock.ranMs > untilMs) throw new Error('The windows never come to rest');
    } while (this.clock.pending > this.windows.length);
  }
}

/** A world with another kind of service. */
export function worldOf<T extends FakeService>(create: (clock: FakeClock) => T): [SessionWorld, T] {
  let created: T | undefined;
  const world = new SessionWorld({ createService: (clock) => (created = create(clock)) });
  if (created === undefined) throw new Error('no service');
  return [world, created];
}

function isNew(name: string): boolean {
  return name.startsWith('new ');
}
