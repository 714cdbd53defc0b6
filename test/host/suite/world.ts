import type * as vscode from 'vscode';
import { Renewal } from '../../../src/sessions/renewal.ts';
import { ServiceProvider } from '../../../src/provider/serviceProvider.ts';
import { ServiceSessions } from '../../../src/sessions/serviceSessions.ts';
import type { SignInView } from '../../../src/provider/signInView.ts';
import type { Grant, IdentityService, Verdict, Waited } from '../../../src/services/service.ts';
import { SessionStore } from '../../../src/sessions/sessionStore.ts';
import { FakeClaims } from '../../unit/support/fakeClaims.ts';
import { FakeClock } from '../../unit/support/fakeClock.ts';
import { FakeNotices } from '../../unit/support/fakeNotices.ts';
import { FakeScreen } from '../../unit/support/fakeScreen.ts';
import { FakeSecrets } from '../../unit/support/fakeSecrets.ts';
import { RecordingLog } from '../../unit/support/recordingLog.ts';

export const HOUR_MS = 3_600_000;

/** A provider with VS Code's own classes over a service that a test drives. */
export class World {
  readonly clock = new FakeClock();
  readonly secrets = new FakeSecrets(this.clock);
  readonly log = new RecordingLog();
  readonly failures: string[] = [];
  readonly revoked: string[] = [];
  readonly events: string[] = [];
  begun = 0;
  reminded = 0;
  account = 'bap-1';
  name = 'Ann';
  cancel: () => void = () => undefined;
  decide: (waited: Waited) => void = () => undefined;
  readonly #claims = new FakeClaims(this.clock);
  readonly store: SessionStore;
  readonly provider: ServiceProvider;
  /** What the service says of every token. */
  verdict: Verdict = 'valid';

  constructor() {
    this.store = this.#openStore();
    this.provider = this.openWindow(this.store);
    const ids = (sessions: readonly vscode.AuthenticationSession[] = []): string =>
      sessions.map(({ account, scopes }) => `${account.id} ${scopes.join('+')}`).join(', ');
    this.provider.onDidChangeSessions(({ added, removed, changed }) => {
      this.events.push(`added [${ids(added)}] removed [${ids(removed)}] changed [${ids(changed)}]`);
    });
  }

  /** The provider of another window of the same application; this.provider is the first one's. */
  openWindow(store = this.#openStore()): ServiceProvider {
    const { clock, log } = this;
    const [claims, notices] = [this.#claims, new FakeNotices()];
    const renewal = new Renewal(store, claims, clock, log, new AbortController().signal);
    const sessions = new ServiceSessions(this.#service(), store, renewal, claims, notices, clock, log);
    return new ServiceProvider(sessions, this.#view(), clock, log);
  }

  /** Signs in to the end, with a token that ends after `lifeMs`. */
  async signIn(scopes: string[], lifeMs?: number): Promise<vscode.AuthenticationSession> {
    const session = this.provider.createSession(scopes);
    await this.pending();
    this.approve(lifeMs);
    return session;
  }

  approve(lifeMs?: number): void {
    const grant: Grant = { server: 'https://auth.example', accessToken: `token ${this.begun}` };
    const life = lifeMs === undefined ? {} : { expiresAtMs: this.clock.now() + lifeMs };
    this.decide({ kind: 'granted', grant: { ...grant, ...life } });
  }

  /** Until the service waits for the person. */
  async pending(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }

  #openStore(): SessionStore {
    return new SessionStore(this.secrets.window(), this.clock, this.log);
  }

  #service(): IdentityService {
    return {
      id: 'sigma-identity',
      label: 'Test',
      purpose: '',
      defaultScopes: [],
      settings: { server: 'test.server' },
      begin: () => {
        this.begun += 1;
        const waited = Promise.withResolvers<Waited>();
        this.decide = waited.resolve;
        const pending = {
          userCode: 'CODE',
          browserUri: 'https://auth.example/device',
          deadlineMs: this.clock.now() + HOUR_MS,
          wait: (signal: AbortSignal) => {
            signal.addEventListener('abort', () => {
              waited.reject(signal.reason);
            });
            return waited.promise;
          },
        };
        return Promise.resolve({ kind: 'pending', pending });
      },
      identify: (grant) => {
        const { account, name } = this;
        const person = {
          accountId: account,
          accountLabel: `${name} (${account})`,
          subject: 'user',
          name,
          bap: { bapId: account },
        };
        return Promise.resolve({ kind: 'identified', person, grant });
      },
      verify: () => Promise.resolve(this.verdict),
      revoke: ({ accessToken }) => {
        this.revoked.push(accessToken);
        return Promise.resolve();
      },
    };
  }

  #view(): SignInView {
    return {
      show: (_service, flow) => {
        const cancel = new AbortController();
        this.cancel = () => {
          cancel.abort();
        };
        return flow(new FakeScreen(this.clock), cancel.signal);
      },
      failed: ({ message }) => this.failures.push(message),
      remind: () => (this.reminded += 1),
    };
  }
}
