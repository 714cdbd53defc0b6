import assert from 'node:assert/strict';

import { newestItems } from '../../../src/sessions/items.ts';
import { deserialize, isLive, type LiveSession } from '../../../src/sessions/record.ts';
import { openSessions, type Sessions } from '../../../src/sessions/sessions.ts';
import { KeptSignIns } from '../../../src/signIn/keptSignIns.ts';
import { resumeSignIn } from '../../../src/signIn/resume.ts';
import { signIn, type SignInContext, type SignInResult } from '../../../src/signIn/signIn.ts';
import { CodeService } from './codeService.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeLocks, type FakeWindowLocks } from './fakeLocks.ts';
import { FakeMemento } from './fakeMemento.ts';
import { FakeProcess } from './fakeProcess.ts';
import { FakeScreen } from './fakeScreen.ts';
import { FakeStorage } from './fakeStorage.ts';
import { RecordingLog } from './recordingLog.ts';

export type Kind = CodeService['kind'];
export type Way = 'closes' | 'is killed' | 'freezes';

export const KINDS: readonly Kind[] = ['sigma', 'adom'];
export const WAYS: readonly Way[] = ['closes', 'is killed', 'freezes'];
/** Longer than a window without a sign of life keeps its sign-in. */
export const TAKEN_OVER_MS = 12_000;
/** What the user sees of a sign-in that is continued, and of one that ends well. */
export const AGAIN = ['pending again'];
export const SIGNED_IN = ['finishing', 'closed'];

/** VS Code gives a window this long to finish its work when it closes. */
const DEACTIVATION_MS = 5_000;

/** One window, and what its user sees of sign-ins. */
export interface KeptWindow {
  readonly context: SignInContext;
  readonly all: Sessions;
  readonly signIns: KeptSignIns;
  /** One for each sign-in that was shown. */
  readonly screens: FakeScreen[];
  /** How sign-ins have ended here. */
  readonly results: SignInResult[];
  /** The user's answers to a question, for each sign-in that is shown from now on. */
  answers: string[];
  readonly log: RecordingLog;
  readonly closed: AbortController;
  readonly process: FakeProcess;
  readonly locks: FakeWindowLocks;
  readonly die: () => void;
}

/** Windows of one user, one service, and the sign-ins that are stored in case their window goes away. */
export class KeptWorld {
  readonly clock = new FakeClock();
  readonly service: CodeService;
  readonly storage = new FakeStorage(this.clock);
  /** Where sign-ins in progress are stored. */
  readonly kept = new FakeStorage(this.clock);
  /** Where revocations wait. */
  readonly revocations = new FakeStorage(this.clock);
  readonly locks = new FakeLocks(this.clock);
  readonly windows: KeptWindow[] = [];
  readonly #memento = new FakeMemento();

  constructor(kind: Kind) {
    this.service = new CodeService(this.clock, kind);
  }

  open(): KeptWindow {
    const process = new FakeProcess(this.clock);
    const [log, closed] = [new RecordingLog(), new AbortController()];
    const runtime = { clock: process.clock, log, closed: closed.signal };
    const [storage, kept, locks] = [this.storage.window(), this.kept.workWindow(), this.locks.window()];
    const service = this.service.seenFrom(`${this.windows.length + 1}`, process, log);
    const signIns = new KeptSignIns({ storage: kept, locks, runtime });
    const revocations = this.revocations.workWindow();
    const all = openSessions(
      {
        services: [service],
        ...{ storage, revocations, locks, memento: this.#memento },
        isFocused: () => false,
        isSigningIn: (id) => signIns.isInProgress(id),
      },
      runtime,
    );
    const [sessions] = all.byService;
    assert.ok(sessions);
    const screens: FakeScreen[] = [];
    const view = {
      open: () => {
        const screen = new FakeScreen(this.clock);
        screen.answers.push(...window.answers);
        screens.push(screen);
        return screen;
      },
      ...{ failed: nothing, signedIn: nothing, hasNoBapIdentity: nothing, choseNoIdentity: nothing },
      ...{ signedInElsewhere: nothing, remind: nothing, showQuestion: () => false },
    };
    sessions.records.onDidChange(({ record }) => void signIns.endLeftover(record.signInId));
    const window: KeptWindow = {
      context: { sessions, view, runtime },
      ...{ all, signIns, screens, results: [], answers: [], log, closed, process, locks },
      die: () => {
        for (const each of [storage, kept, revocations, locks]) each.die();
      },
    };
    this.windows.push(window);
    return window;
  }

  /** A window whose user begins a sign-in. The code is on the screen. */
  async begun(accountId?: string): Promise<KeptWindow> {
    const window = this.open();
    const { context, signIns, results } = window;
    const scopes = this.service.kind === 'sigma' ? ['profile', 'openid'] : [];
    const about = { serviceId: context.sessions.service.id, scopes, isForExtension: false };
    const kept = signIns.begin({ format: 1, ...about, ...(accountId !== undefined && { accountId }) });
    const request = { scopes, accountId, isForExtension: false };
    void signIn(context, request, { kept, onCode: nothing }).then((result) => results.push(result));
    await this.clock.advance(10);
    return window;
  }

  /** A window that starts, and continues what no other window works on. */
  async started(): Promise<KeptWindow> {
    const window = this.open();
    this.takeOver(window);
    await this.clock.advance(10);
    return window;
  }

  /** What a window does when it starts, and when it gets the focus. */
  takeOver({ signIns, context, results }: KeptWindow): void {
    void signIns.takeOver((interrupted) => {
      void resumeSignIn(context, interrupted, nothing).then((result) => results.push(result));
    });
  }

  /** Closes a window as VS Code does: it gets five seconds to finish, and its subscriptions end at once. */
  async close(window: KeptWindow): Promise<void> {
    const finished = Promise.all([window.all.finish(), window.signIns.finish()]).then(() =>
      window.all.revocations.finish(),
    );
    window.closed.abort(new Error('closed'));
    const settled = new AbortController();
    const limit = this.clock.sleep(DEACTIVATION_MS, settled.signal).catch(nothing);
    await this.clock.run(Promise.race([finished, limit]));
    settled.abort();
    await this.kill(window);
  }

  /** The process of a window ends at once. */
  async kill(window: KeptWindow): Promise<void> {
    window.process.end();
    window.die();
    window.all.dispose();
    await this.clock.settle();
  }

  /** The live sessions in storage. */
  stored(): LiveSession[] {
    return [...newestItems(this.storage.stored.keys()).values()]
      .map(({ name, id }) => deserialize(id, this.storage.stored.get(name) ?? ''))
      .filter(isLive);
  }

  /** Ends everything, and checks what is true after every sign-in. `lost`: how many tokens never reached a window. */
  async end({ lost = 0 } = {}): Promise<void> {
    await this.clock.advance(60_000); // what goes on in the background
    const { granted, revoked } = this.service;
    const kept = new Set(this.stored().map(({ grant }) => grant.accessToken));
    assert.equal(
      granted.filter((token) => !revoked.has(token) && !kept.has(token)).length,
      lost,
      'lost tokens',
    );
    assert.deepEqual(
      [...kept].filter((token) => revoked.has(token)),
      [],
      'sessions whose token is revoked',
    );
    for (const window of this.windows) {
      for (const line of window.log.lines) assert.doesNotMatch(line, /canary/i);
      window.closed.abort(new Error('closed'));
      await this.kill(window);
    }
    assert.equal(this.clock.pending, 0, 'timers left over');
  }

  /** The sign-ins that a window could continue. */
  inProgress(): string[] {
    return [...newestItems(this.kept.stored.keys()).values()].flatMap(({ id, isMark }) =>
      isMark ? [] : [id],
    );
  }
}

/** A window that freezes shows no sign of life, but its process goes on. */
export async function goesAway(world: KeptWorld, window: KeptWindow, way: Way): Promise<void> {
  if (way === 'closes') await world.close(window);
  else if (way === 'is killed') await world.kill(window);
  else window.locks.freeze();
}

/** What the user sees of a sign-in, without who answers. */
export function seenIn({ screens }: KeptWindow): string[] {
  return screens.flatMap(({ seen }) => seen.filter((each) => each !== 'reached'));
}

export function kindsOf({ results }: KeptWindow): string[] {
  return results.map((result) => (result.kind === 'failed' ? result.failure.kind : result.kind));
}

function nothing(): void {
  // for what these tests do not look at
}
