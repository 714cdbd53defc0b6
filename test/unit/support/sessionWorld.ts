import { Renewal } from '../../../src/sessions/renewal.ts';
import { ServiceSessions } from '../../../src/sessions/serviceSessions.ts';
import { SessionWatch } from '../../../src/sessions/sessionReminders.ts';
import type { Grant, IdentityService, Renewed, Verdict } from '../../../src/services/service.ts';
import { keyOf, serialize, type SessionRecord } from '../../../src/sessions/sessionRecord.ts';
import { SessionStore } from '../../../src/sessions/sessionStore.ts';
import type { StoreChange } from '../../../src/sessions/sessionChange.ts';
import { FakeClaims } from './fakeClaims.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeNotices } from './fakeNotices.ts';
import { FakeSecrets } from './fakeSecrets.ts';
import { recordOf } from './record.ts';
import { RecordingLog } from './recordingLog.ts';

export const SERVER = 'https://auth.example';

/**
 * The other side: it knows which tokens are good. It decides when it is asked and answers later. A refresh token works
 * once; the access token that came with it is of no use from then on.
 */
export class FakeService implements IdentityService {
  readonly id = 'sigma-identity';
  readonly label = 'Test Identity';
  readonly purpose = 'test';
  readonly defaultScopes = [];
  readonly settings = { server: 'test.server' };
  /** How long an answer takes, in milliseconds. */
  readonly takes = { verify: 0, renew: 0, revoke: 0 };
  /** Nothing can be learnt from its answers: there are none, or a proxy's page, a 403, 429 or 5xx. */
  offline = false;
  /** How long the access tokens last that it grants for refresh tokens. */
  lifeMs = 3_600_000;
  /** What it was asked, such as `renew refresh 1`. */
  readonly asked: string[] = [];
  /** Refresh tokens that came a second time: a strict service ends the session for it. */
  readonly reused: string[] = [];

  readonly #clock: FakeClock;
  readonly #good = new Set<string>();
  readonly #used = new Set<string>();
  #grants = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Grants `access 1`, and `refresh 1` where it is refreshable; then 2, and so on. */
  grant({ lifeMs, refreshable = false }: { lifeMs?: number; refreshable?: boolean } = {}): Grant {
    const n = ++this.#grants;
    const grant: Grant = {
      server: SERVER,
      accessToken: `access ${n}`,
      ...(refreshable && { refreshToken: `refresh ${n}` }),
      ...(lifeMs !== undefined && { expiresAtMs: this.#clock.now() + lifeMs }),
    };
    this.#good.add(grant.accessToken);
    if (grant.refreshToken !== undefined) this.#good.add(grant.refreshToken);
    return grant;
  }

  accepts(token: string | undefined): boolean {
    return token !== undefined && this.#good.has(token);
  }

  reject(...tokens: (string | undefined)[]): void {
    for (const token of tokens) if (token !== undefined) this.#good.delete(token);
  }

  async verify({ accessToken }: Grant, signal: AbortSignal): Promise<Verdict> {
    const verdict = this.offline ? 'unknown' : this.accepts(accessToken) ? 'valid' : 'rejected';
    await this.#answer(`verify ${accessToken}`, this.takes.verify, signal);
    return verdict;
  }

  async renew({ accessToken, refreshToken }: Grant, signal: AbortSignal): Promise<Renewed> {
    const renewed = this.#renewed(accessToken, refreshToken);
    await this.#answer(`renew ${refreshToken ?? 'nothing'}`, this.takes.renew, signal);
    return renewed;
  }

  async revoke({ accessToken, refreshToken }: Grant, signal: AbortSignal): Promise<void> {
    this.reject(accessToken, refreshToken);
    await this.#answer(`revoke ${accessToken}`, this.takes.revoke, signal);
  }

  begin(): never {
    throw new Error('nobody signs in here');
  }

  identify(): never {
    throw new Error('nobody signs in here');
  }

  #renewed(accessToken: string, refreshToken: string | undefined): Renewed {
    if (this.offline || refreshToken === undefined) return { kind: 'unknown' };
    if (this.#used.has(refreshToken)) this.reused.push(refreshToken);
    if (!this.accepts(refreshToken)) return { kind: 'rejected' };
    this.#used.add(refreshToken);
    this.reject(accessToken, refreshToken);
    return { kind: 'granted', grant: this.grant({ lifeMs: this.lifeMs, refreshable: true }) };
  }

  async #answer(asked: string, ms: number, signal: AbortSignal): Promise<void> {
    this.asked.push(asked);
    if (ms > 0) await this.#clock.sleep(ms, signal);
  }
}

/** One window of the application. */
export interface Window {
  readonly store: SessionStore;
  readonly sessions: ServiceSessions;
  readonly watch: SessionWatch;
  readonly changes: StoreChange[];
  readonly notices: FakeNotices;
  readonly log: RecordingLog;
  readonly closed: AbortController;
  focused: boolean;
}

/** Several windows of one application, and the service that all of them talk to. */
export class SessionWorld {
  readonly clock = new FakeClock();
  readonly secrets = new FakeSecrets(this.clock);
  readonly claims = new FakeClaims(this.clock);
  readonly service = new FakeService(this.clock);
  readonly windows: Window[] = [];
  readonly #names = new Map<string, string>();

  open(focused = false): Window {
    const { clock, secrets, claims, service } = this;
    const [log, notices, closed] = [new RecordingLog(), new FakeNotices(), new AbortController()];
    const store = new SessionStore(secrets.window(), clock, log);
    const renewal = new Renewal(store, claims, clock, log, closed.signal);
    const sessions = new ServiceSessions(service, store, renewal, claims, notices, clock, log);
    const changes: StoreChange[] = [];
    const state = { focused };
    const window: Window = {
      store,
      sessions,
      watch: new SessionWatch([sessions], store, claims, notices, clock, log, () => state.focused),
      changes,
      notices,
      log,
      closed,
      get focused() {
        return state.focused;
      },
      set focused(is) {
        state.focused = is;
      },
    };
    sessions.onDidChange((change) => changes.push(change));
    this.windows.push(window);
    return window;
  }

  /** Opens a window that has read what is stored. */
  async ready(): Promise<Window> {
    const window = this.open();
    await this.clock.run(window.store.load());
    return window;
  }

  close(window: Window): void {
    window.closed.abort(new Error('closed'));
    window.store.dispose();
    this.windows.splice(this.windows.indexOf(window), 1);
  }

  /** The person had left the window, and is back. */
  async comeBackTo({ watch, closed }: Window): Promise<void> {
    await watch.focusIs(false, closed.signal);
    await watch.focusIs(true, closed.signal);
  }

  /** A session that was there before, from a sign-in of two hours ago. */
  have(id: string, grant: Grant, different: Partial<SessionRecord> = {}): SessionRecord {
    const atMs = this.clock.now() - 7_200_000;
    const record = recordOf(id, { createdAtMs: atMs, writtenAtMs: atMs, ...grant, ...different });
    this.secrets.stored.set(keyOf(id), serialize(record));
    this.#names.set(id, id);
    return record;
  }

  /** The end of a sign-in as the account `bap-1` in the browser. */
  signIn(
    { sessions }: Window,
    grant: Grant,
    scopes: readonly string[] = ['profile', 'openid'],
    accountId = 'bap-1',
  ): Promise<SessionRecord> {
    const { person } = recordOf('any');
    return sessions.keep(scopes, grant, { ...person, accountId, accountLabel: `Ann (${accountId})` });
  }

  /** `new 1` and so on for ids that sign-ins have made up. */
  nameOf(id: string): string {
    const name = this.#names.get(id) ?? `new ${[...this.#names.values()].filter(isNew).length + 1}`;
    this.#names.set(id, name);
    return name;
  }

  heard({ changes }: Window): string[] {
    return changes.map(({ kind, record }) => `${kind} ${this.nameOf(record.id)}`);
  }

  /** What an extension would get, such as `a: access 1`. */
  async listed({ sessions }: Window): Promise<string[]> {
    const records = await this.clock.run(sessions.list());
    return records.map(({ id, accessToken }) => `${this.nameOf(id)}: ${accessToken}`);
  }

  /** What the person has been told, whichever window told it. */
  told(): string[] {
    return this.windows.flatMap(({ notices }) => notices.told);
  }

  /** Lets everything come to its end that is under way. */
  async quiet(): Promise<void> {
    do await this.clock.advance(100);
    while (this.clock.pending > 0);
  }
}

function isNew(name: string): boolean {
  return name.startsWith('new ');
}
