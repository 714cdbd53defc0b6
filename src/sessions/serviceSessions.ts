import type { Runtime } from '../base/runtime.ts';
import { abortable } from '../base/timeLimit.ts';
import type { Person } from '../services/person.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import { accountKey, qualifiedByServer, sameScopes, scopeKey } from './accounts.ts';
import { SessionEnding } from './ending.ts';
import { isOver } from './expiry.ts';
import { revokeInBackground } from './grants.ts';
import type { SessionNotices } from './notices.ts';
import type { WindowLocks } from './ports.ts';
import {
  afterSignIn,
  compareVersions,
  type EndedSession,
  FIRST_VERSION,
  isLive,
  type LiveSession,
  type AccountChange,
} from './record.ts';
import type { Renewal } from './renewal.ts';
import { ServiceRecords, type SessionFilter } from './serviceRecords.ts';
import type { SessionStore } from './store.ts';
import { Verification } from './verification.ts';

/** The sessions of one service, and the rules of their life: sign-in, use, sign-out. */
export class ServiceSessions {
  readonly service: IdentityService;
  readonly records: ServiceRecords;
  readonly ending: SessionEnding;
  readonly verification: Verification;
  readonly #store: SessionStore;
  readonly #renewal: Renewal;
  readonly #locks: WindowLocks;
  readonly #runtime: Runtime;

  constructor(
    service: IdentityService,
    store: SessionStore,
    renewal: Renewal,
    locks: WindowLocks,
    notices: SessionNotices,
    runtime: Runtime,
  ) {
    this.service = service;
    this.ending = new SessionEnding(service, store, runtime);
    this.records = new ServiceRecords(service, store);
    this.verification = new Verification(this.records, store, renewal, this.ending, locks, notices, runtime);
    this.#store = store;
    this.#renewal = renewal;
    this.#locks = locks;
    this.#runtime = runtime;
    store.onDidChange(({ record }) => {
      if (record.serviceId === service.id) this.#revokeUnknown(record);
    });
  }

  /** Hears of each change of a session that is shown once, whichever window made it. */
  onDidChange(listener: (change: AccountChange) => void): { dispose(): void } {
    return this.records.onDidChange(listener);
  }

  /** The live sessions that are shown, from memory, oldest sign-in first. Some may be over, or wait for renewal. */
  cached(): LiveSession[] {
    return this.records.configured();
  }

  /** What is left of the sessions that have ended, from memory, of all servers. */
  ended(): EndedSession[] {
    return this.records.ended();
  }

  /** All live sessions, of all servers. Throws a StoreError when they cannot be read. */
  async all(): Promise<LiveSession[]> {
    await this.#store.load();
    return this.records.liveSessions();
  }

  /**
   * The sessions that can be used: shown, and not over. Oldest sign-in first. Waits for the network only for a session
   * that the filter lets through, that is over, and that can be renewed. A timer would sleep through a laptop's night,
   * so the ends of sessions are noticed here. Throws a StoreError when the storage cannot be read.
   */
  async usable(filter: SessionFilter = {}): Promise<LiveSession[]> {
    await this.#store.load();
    for (const record of this.ended()) void this.ending.resumeAfterWrongClock(record);
    for (const record of this.records.dormant()) void this.#endIfOver(record);
    await Promise.all(this.records.configured(filter).map((record) => this.#settle(record)));
    return this.records.configured(filter).filter((record) => !this.#isOver(record));
  }

  /**
   * Keeps what a sign-in has brought. A sign-in as the same account with the same scopes continues its session,
   * with the id that other extensions know, and ends the grant that it replaces. When the signal aborts, nothing is
   * kept. Throws a StoreError when it cannot be stored, or `signal.reason`.
   */
  async keep(
    scopes: readonly string[],
    grant: Grant,
    person: Person,
    signal: AbortSignal,
  ): Promise<LiveSession> {
    const { server } = grant;
    const about = {
      serviceId: this.service.id,
      server,
      scopes: [...scopes],
      person: qualifiedByServer(person, server, this.service.servers().defaultServer),
    };
    // Two windows that keep the same sign-in at the same moment would make two sessions of it.
    const lock = `keep ${accountKey(about)} ${scopeKey(scopes)}`;
    const added = await this.#locks.withLock(lock, signal, () => this.#keepUnderLock(about, grant, signal));
    const old = added.replaced && grantOf(added.replaced);
    if (old !== undefined && old.accessToken !== added.record.grant.accessToken)
      revokeInBackground(this.service, old, this.#runtime);
    return added.record;
  }

  /** Signs out here at once, and asks the service in the background. Throws a StoreError if it stays in storage. */
  async signOut(id: string): Promise<void> {
    await this.#store.load();
    const record = this.#store.liveSession(id);
    if (record?.serviceId !== this.service.id) return;
    this.#runtime.log.info(`Signing out of ${this.service.label}.`);
    // Sessions that wait for their renewal are not listed. If nothing else is left of the account, they must go too,
    // or the account would come back by itself.
    const ofAccount = this.records.ofAccount(record);
    const isLast = ofAccount.every((each) => each.id === id || !isLive(each) || this.#isOver(each));
    const leaving = isLast ? ofAccount : [record];
    for (const old of leaving.map(grantOf))
      if (old !== undefined) revokeInBackground(this.service, old, this.#runtime);
    await Promise.all(leaving.map((each) => this.#remove(each)));
  }

  /** Resolves when no request is under way whose answer must not be lost. Never rejects. */
  async finish(): Promise<void> {
    await Promise.all([this.#renewal.finish(), this.verification.finish()]);
  }

  /** False for a session that only a new sign-in can continue. */
  canRenew(record: LiveSession): boolean {
    return this.#renewal.canSucceed(record);
  }

  #isOver(record: LiveSession): boolean {
    return isOver(record, this.#runtime.clock.now());
  }

  async #keepUnderLock(
    about: Pick<LiveSession, 'serviceId' | 'server' | 'scopes' | 'person'>,
    grant: Grant,
    signal: AbortSignal,
  ): Promise<{ record: LiveSession; replaced: LiveSession | EndedSession | undefined }> {
    await abortable(this.#store.load(), signal);
    await abortable(this.#store.rereadAll(), signal); // another window may have been faster than its event
    const ofAccount = this.records.ofAccount(about);
    const before = ofAccount.find((each) => sameScopes(each.scopes, about.scopes));
    // VS Code keeps consent by the label: a new display name must not cost it.
    const accountLabel = ofAccount[0]?.person.accountLabel ?? about.person.accountLabel;
    const nowMs = this.#runtime.clock.now();
    for (let id = before?.id ?? crypto.randomUUID(); ; id = crypto.randomUUID()) {
      const make = (current: LiveSession | EndedSession | undefined): LiveSession => ({
        format: 1,
        id,
        version: current === undefined ? FIRST_VERSION : afterSignIn(current.version),
        state: 'live',
        ...about,
        person: { ...about.person, accountLabel },
        signedInAtMs: nowMs,
        grant,
        grantedAtMs: nowMs,
      });
      const added = await this.#store.add(id, make, signal);
      if (added !== undefined) return added; // else the person signed out of this id at this very moment
    }
  }

  async #remove({ id, version }: LiveSession | EndedSession): Promise<void> {
    const removedAtMs = this.#runtime.clock.now();
    await this.#store.replace({ format: 1, id, version, state: 'removed', removedAtMs });
  }

  /**
   * A window that signs out revokes the grant that it knows. If another window has stored a newer one at that
   * moment, the window that sees the newer one removed revokes it. Only a removal replaces a newer
   * version (`isNewer`).
   */
  #revokeUnknown(record: LiveSession): void {
    const current = this.#store.get(record.id);
    if (current !== undefined && compareVersions(record.version, current.version) > 0)
      revokeInBackground(this.service, record.grant, this.#runtime);
  }

  async #settle(record: LiveSession): Promise<void> {
    await this.#renewal.renewIfDue(record);
    const current = this.#store.liveSession(record.id);
    if (current !== undefined) await this.#endIfOver(current);
  }

  async #endIfOver(record: LiveSession): Promise<void> {
    // A session that can be renewed waits until the service can be reached. If the service refuses our client, it
    // waits for its own end: the service may accept the token until then.
    if (!this.#isOver(record) || this.canRenew(record)) return;
    const { expiresAtMs = Infinity } = record.grant;
    if (this.#renewal.isPossible(record) && this.#runtime.clock.now() < expiresAtMs) return;
    await this.ending.end(record, 'expired');
  }
}

/** The grant of a live session, or of one that expired less than an hour ago. */
function grantOf(record: LiveSession | EndedSession): Grant | undefined {
  return isLive(record) ? record.grant : record.expired?.grant;
}
