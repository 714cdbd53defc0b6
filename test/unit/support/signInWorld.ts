import type { Runtime } from '../../../src/base/runtime.ts';
import { signIn, type SignInResult, type SignInRun } from '../../../src/signIn/signIn.ts';
import { KeptSignIns } from '../../../src/signIn/keptSignIns.ts';
import type { IdentityService } from '../../../src/services/service.ts';
import { openSessions, type Sessions } from '../../../src/sessions/sessions.ts';
import type { ServiceSessions } from '../../../src/sessions/serviceSessions.ts';
import type { FakeClock } from './fakeClock.ts';
import { FakeLocks } from './fakeLocks.ts';
import { FakeMemento } from './fakeMemento.ts';
import { FakeScreen } from './fakeScreen.ts';
import { FakeStorage } from './fakeStorage.ts';
import { RecordingLog } from './recordingLog.ts';
import { revocationParts } from './revocationParts.ts';

/** One window in which a user signs in with one service. Its sessions are wired as in the product. */
export class SignInWorld {
  readonly clock: FakeClock;
  readonly storage: FakeStorage;
  readonly log = new RecordingLog();
  readonly closed = new AbortController();
  readonly screen: FakeScreen;
  readonly all: Sessions;
  readonly sessions: ServiceSessions;
  /** Where sign-ins in progress are stored. */
  readonly kept: FakeStorage;
  readonly signIns: KeptSignIns;
  /** The deadlines of the codes, as they are told to whoever shares the sign-in. */
  readonly codeDeadlines: number[] = [];
  /** The id of the latest sign-in. */
  signInId = '';
  readonly #runtime: Runtime;

  /** `wishes`: after how many seconds the user asks for a new code, expiry by expiry. */
  constructor(clock: FakeClock, service: IdentityService, wishes: readonly number[] = []) {
    this.clock = clock;
    this.storage = new FakeStorage(clock);
    this.kept = new FakeStorage(clock);
    this.screen = new FakeScreen(clock, wishes);
    this.#runtime = { clock, log: this.log, closed: this.closed.signal };
    const locks = new FakeLocks(clock).window();
    this.signIns = new KeptSignIns({ storage: this.kept.workWindow(), locks, runtime: this.#runtime });
    this.all = openSessions(
      {
        services: [service],
        storage: this.storage.window(),
        locks,
        memento: new FakeMemento(),
        isFocused: () => false,
        ...revocationParts(clock),
      },
      this.#runtime,
    );
    const [sessions] = this.all.byService;
    if (sessions === undefined) throw new Error('no service');
    this.sessions = sessions;
  }

  signIn(
    scopes: readonly string[],
    accountId?: string,
    resumed?: SignInRun['resumed'],
  ): Promise<SignInResult> {
    const view = {
      open: () => this.screen,
      failed: () => undefined,
      signedIn: () => undefined,
      hasNoBapIdentity: () => undefined,
      choseNoIdentity: () => undefined,
      signedInElsewhere: () => undefined,
      showQuestion: () => false,
      remind: () => undefined,
    };
    const about = { serviceId: this.sessions.service.id, scopes: [...scopes], isForExtension: false };
    const kept = this.signIns.begin({ format: 1, ...about, ...(accountId !== undefined && { accountId }) });
    this.signInId = kept.id;
    return signIn(
      { sessions: this.sessions, view, runtime: this.#runtime },
      { scopes, accountId, isForExtension: false },
      {
        kept,
        onCode: (deadlineMs) => this.codeDeadlines.push(deadlineMs),
        ...(resumed !== undefined && { resumed }),
      },
    );
  }
}
