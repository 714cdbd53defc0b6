import type * as vscode from 'vscode';
import type { Runtime } from '../../../src/base/runtime.ts';
import { BapIdentityProvider } from '../../../src/provider/bapIdentityProvider.ts';
import { IdentityHandles } from '../../../src/provider/identityHandles.ts';
import { ServiceProvider } from '../../../src/provider/provider.ts';
import { SharedIdentities } from '../../../src/provider/sharedIdentities.ts';
import type { ShareAnswer } from '../../../src/provider/sharePicker.ts';
import { KeptSignIns } from '../../../src/signIn/keptSignIns.ts';
import type { SignInUi } from '../../../src/signIn/signInUi.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import type { Grant, IdentityService, VerifyResult, WaitResult } from '../../../src/services/service.ts';
import { openSessions, type Sessions } from '../../../src/sessions/sessions.ts';
import { FakeClock } from '../../unit/support/fakeClock.ts';
import { FakeLocks } from '../../unit/support/fakeLocks.ts';
import { FakeMemento } from '../../unit/support/fakeMemento.ts';
import { FakeScreen } from '../../unit/support/fakeScreen.ts';
import { FakeStorage } from '../../unit/support/fakeStorage.ts';
import { RecordingLog } from '../../unit/support/recordingLog.ts';
import { revocationParts } from '../../unit/support/revocationParts.ts';
import { serviceTexts } from '../../unit/support/serviceTexts.ts';

export const HOUR_MS = 3_600_000;
const SERVER = 'https://auth.example';

/** A provider with VS Code's own classes and a fake service that a test controls. */
export class World {
  readonly clock = new FakeClock();
  readonly storage = new FakeStorage(this.clock);
  /** Where the handles of identities are. */
  readonly identities = new FakeStorage(this.clock);
  readonly log = new RecordingLog();
  readonly failures: string[] = [];
  /** The accounts that a window announced as signed in. */
  readonly told: string[] = [];
  readonly revoked: string[] = [];
  readonly events: string[] = [];
  begun = 0;
  reminded = 0;
  account = 'bap-1';
  name = 'Ann';
  /** The configured server. */
  server = SERVER;
  /** Whether the user has a BAP identity. */
  hasIdentity = true;
  cancel: () => void = () => undefined;
  decide: (waited: WaitResult) => void = () => undefined;
  readonly runtime: Runtime = { clock: this.clock, log: this.log, closed: new AbortController().signal };
  readonly #locks = new FakeLocks(this.clock);
  readonly #signIns = new FakeStorage(this.clock);
  readonly sessions: Sessions;
  readonly provider: ServiceProvider;
  readonly shared: SharedIdentities;
  /** The provider without tokens. */
  readonly bapIdentity: BapIdentityProvider;
  /** The account IDs of each list of identities that the user was asked to choose from. */
  readonly asked: string[][] = [];
  /** The user's answer to these lists. */
  answer: (records: readonly LiveSession[]) => Promise<ShareAnswer> = () => Promise.resolve('cancel');
  /** The service's verdict on every token. */
  verdict: VerifyResult['kind'] = 'valid';

  /** With `readFailure`, storage cannot be read from the start. */
  constructor(readFailure?: Error) {
    this.storage.readFailure = readFailure;
    this.sessions = this.#openSessions();
    this.provider = this.#providerOf(this.sessions);
    const handles = new IdentityHandles(this.identities.window(), this.runtime);
    this.shared = new SharedIdentities(this.sessions, handles, this.runtime);
    const picker = {
      ask: (records: readonly LiveSession[]) => {
        this.asked.push(records.map(({ person }) => person.accountId));
        return this.answer(records);
      },
      show: () => void (this.reminded += 1),
    };
    this.bapIdentity = new BapIdentityProvider(
      this.provider,
      this.shared,
      picker,
      this.#view(),
      this.runtime,
    );
    const ids = (sessions: readonly vscode.AuthenticationSession[] = []): string =>
      sessions.map(({ account, scopes }) => `${account.id} ${scopes.join('+')}`).join(', ');
    this.provider.onDidChangeSessions(({ added, removed, changed }) => {
      this.events.push(`added [${ids(added)}] removed [${ids(removed)}] changed [${ids(changed)}]`);
    });
  }

  /** Adds the provider of another window. `this.provider` belongs to the first window. */
  openWindow(): ServiceProvider {
    return this.#providerOf(this.#openSessions());
  }

  /** Completes a sign-in with a token that expires after `lifeMs`. */
  async signIn(scopes: string[], lifeMs?: number): Promise<vscode.AuthenticationSession> {
    this.clock.jump(1_000); // a person never signs in again at the moment that extensions share
    const session = this.provider.createSession(scopes);
    await this.pending();
    this.approve(lifeMs);
    return session;
  }

  approve(lifeMs?: number): void {
    const grant: Grant = { server: this.server, accessToken: `token ${this.begun}` };
    const life = lifeMs === undefined ? {} : { expiresAtMs: this.clock.now() + lifeMs };
    this.decide({ kind: 'granted', grant: { ...grant, ...life } });
  }

  /** Waits until the service waits for approval. */
  async pending(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }

  #openSessions(): Sessions {
    return openSessions(
      {
        services: [this.#service()],
        storage: this.storage.window(),
        locks: this.#locks.window(),
        memento: new FakeMemento(),
        isFocused: () => false,
        ...revocationParts(this.clock),
      },
      this.runtime,
    );
  }

  #providerOf({ byService: [sessions] }: Sessions): ServiceProvider {
    if (sessions === undefined) throw new Error('no service');
    return new ServiceProvider(sessions, this.#view(), this.#keptSignIns(), this.runtime);
  }

  #keptSignIns(): KeptSignIns {
    return new KeptSignIns({
      storage: this.#signIns.workWindow(),
      locks: this.#locks.window(),
      runtime: this.runtime,
    });
  }

  #service(): IdentityService {
    return {
      id: 'sigma-identity',
      label: 'Test',
      ...serviceTexts,
      defaultScopes: [],
      settingKeys: { server: 'test.server' },
      servers: () => ({ current: this.server, defaultServer: SERVER }),
      begin: () => {
        this.begun += 1;
        const waited = Promise.withResolvers<WaitResult>();
        this.decide = waited.resolve;
        const pending = {
          userCode: 'CODE',
          browserUri: 'https://auth.example/device',
          deadlineMs: this.clock.now() + HOUR_MS,
          toResume: {},
          wait: (signal: AbortSignal) => {
            signal.addEventListener('abort', () => {
              waited.reject(signal.reason);
            });
            return waited.promise;
          },
        };
        return Promise.resolve({ kind: 'pending', pending });
      },
      resume: () => undefined,
      identify: (grant) => {
        const { account, name } = this;
        const person = {
          accountId: account,
          accountLabel: `${name} (${account})`,
          subject: 'user',
          name,
          email: 'ann@example.com',
          ...(this.hasIdentity && { bap: { bapId: account, rootAddressProven: false } }),
        };
        return Promise.resolve({ kind: 'identified', person, grant });
      },
      verify: (grant) => Promise.resolve({ kind: this.verdict, grant }),
      check: () => Promise.resolve({ answer: 'service', status: 401, tookMs: 12 }),
      revoke: ({ accessToken }) => {
        this.revoked.push(accessToken);
        return Promise.resolve({ kind: 'ended' });
      },
    };
  }

  #view(): SignInUi {
    return {
      open: () => {
        const screen = new FakeScreen(this.clock);
        this.cancel = () => {
          screen.cancel();
        };
        return screen;
      },
      failed: ({ message }) => this.failures.push(message),
      signedIn: (_, { person }) => this.told.push(person.name),
      hasNoBapIdentity: () => undefined,
      choseNoIdentity: () => undefined,
      signedInElsewhere: () => undefined,
      showQuestion: () => false,
      remind: () => (this.reminded += 1),
    };
  }
}
