import type { Runtime } from '../base/runtime.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import { missingScopes } from './accounts.ts';
import { Completion } from './completion.ts';
import { SessionEnding } from './ending.ts';
import { isExpired, isOver } from './expiry.ts';
import { grantOf } from './grants.ts';
import type { NoticeEmitter } from './notices.ts';
import type { WindowLocks } from './ports.ts';
import {
  afterSignIn,
  type ApprovedSignIn,
  compareVersions,
  FIRST_VERSION,
  isLive,
  type LiveSession,
  type Session,
} from './record.ts';
import { Renewal } from './renewal.ts';
import type { Revocations } from './revocations.ts';
import { ServiceRecords, type SessionFilter } from './serviceRecords.ts';
import type { SessionStore } from './store.ts';
import { Verification } from './verification.ts';

/** The sessions of one service, and the rules of their life: sign-in, use, sign-out. */
export class ServiceSessions {
  readonly service: IdentityService;
  readonly records: ServiceRecords;
  readonly renewal: Renewal;
  readonly ending: SessionEnding;
  readonly verification: Verification;
  readonly completion: Completion;
  readonly #store: SessionStore;
  readonly #notices: NoticeEmitter;
  readonly #revocations: Revocations;
  readonly #runtime: Runtime;

  constructor(
    service: IdentityService,
    store: SessionStore,
    locks: WindowLocks,
    notices: NoticeEmitter,
    revocations: Revocations,
    runtime: Runtime,
  ) {
    this.service = service;
    this.records = new ServiceRecords(service, store);
    this.renewal = new Renewal(service, store, runtime);
    this.ending = new SessionEnding(service, store, runtime);
    const { records, renewal, ending } = this;
    this.verification = new Verification(
      { service, records, store, renewal, ending, locks, notices },
      runtime,
    );
    this.completion = new Completion(
      {
        ...{ service, records, store, locks, notices },
        revokeUnkept: (grant) => {
          this.revokeUnkept(grant);
        },
      },
      runtime,
    );
    this.#store = store;
    this.#notices = notices;
    this.#revocations = revocations;
    this.#runtime = runtime;
    store.onDidChange(({ record }) => {
      if (record.serviceId === service.id) this.#revokeUnknown(record);
    });
  }

  /** Reads what is stored, once. Throws a StoreError when it cannot be read; the next call tries again. */
  load(): Promise<void> {
    return this.#store.load();
  }

  /**
   * Brings the sessions up to date with the clock: resumes those that ended by a wrong clock, renews those that are
   * due, and ends expired ones. There is no timer for this, because it would sleep through a laptop's night. Waits for
   * the network, for at most ten seconds, only if a session that matches the filter is over and can be renewed. Throws
   * a StoreError when the storage cannot be read.
   */
  async settle(filter: SessionFilter = {}): Promise<void> {
    await this.#store.load();
    for (const record of this.records.ended()) void this.ending.resumeAfterWrongClock(record);
    for (const record of this.records.dormant()) void this.#endIfExpired(record);
    await Promise.all(this.records.configured(filter).map((record) => this.#settleOne(record)));
  }

  /** The configured sessions that are not over, from memory, oldest sign-in first. Call `settle` first. */
  usable(filter: SessionFilter = {}): LiveSession[] {
    return this.records.configured(filter).filter((record) => !this.#isOver(record));
  }

  /**
   * Keeps a new sign-in. A sign-in to the same account with the same scopes continues its session, with the id that
   * other extensions know, and revokes the grant that it replaces. When the signal aborts, nothing is kept. Where
   * storage fails, it is kept in memory, and a notice says so. Rejects with `signal.reason`.
   */
  async keep(
    { id: signInId, scopes, grant, person }: ApprovedSignIn,
    signal: AbortSignal,
  ): Promise<LiveSession> {
    const approved = { scopes, grant, person };
    const about = this.records.describe(approved);
    const make = (id: string, current: Session | undefined): LiveSession => {
      const nowMs = this.#runtime.clock.now();
      return {
        format: 1,
        id,
        version: current === undefined ? FIRST_VERSION : afterSignIn(current.version),
        state: 'live',
        ...this.records.describe(approved), // anew, because the sessions were read again: labels may be taken by now
        signedInAtMs: nowMs,
        ...(signInId !== undefined && { signInId }),
        grant,
        grantedAtMs: nowMs,
      };
    };
    const find = (): string | undefined => this.records.continuedBy(about)?.id;
    const { record, replaced } = await this.#store.add({ session: about, find, make }, signal);
    const missing = missingScopes(record);
    if (missing.length > 0)
      this.#runtime.log.warn(`${this.service.label} has not granted these scopes: ${missing.join(' ')}.`);
    const old = grantOf(replaced);
    if (old !== undefined) this.revokeUnkept(old);
    return record;
  }

  /** Ends the grant of a sign-in that was not kept, or that a new one has replaced, at the service, in the background. */
  revokeUnkept(grant: Grant): void {
    this.#revocations.revoke(this.service, grant, 'signIn');
  }

  /**
   * Signs out here at once, and at the service in the background. An unknown id is ignored. Throws a StoreError when
   * the session stays in storage.
   */
  async signOut(id: string): Promise<void> {
    await this.#store.load();
    const record = this.#store.liveSession(id);
    if (record?.serviceId !== this.service.id) return;
    this.#runtime.log.info(`Signing out of ${this.service.label}.`);
    // Sessions that wait for their renewal are not listed. If nothing else is left of the account, they must go, too,
    // or the account would come back by itself.
    const ofAccount = this.records.ofAccount(record);
    const isLast = ofAccount.every((each) => each.id === id || !isLive(each) || this.#isOver(each));
    const leaving = isLast ? ofAccount : [record];
    const removing = Promise.all(leaving.map((each) => this.#store.remove(each)));
    for (const old of leaving.map(grantOf))
      if (old !== undefined) this.#revocations.revoke(this.service, old, 'signOut');
    await removing;
  }

  /** Resolves when no request is in progress whose answer must not be lost. Never rejects. */
  async finish(): Promise<void> {
    await Promise.all([this.renewal.finish(), this.verification.finish(), this.completion.finish()]);
  }

  #isOver(record: LiveSession): boolean {
    return isOver(record, this.#runtime.clock.now());
  }

  /**
   * A window that signs out revokes the grant that it knows. If another window has stored a newer grant at that moment,
   * the window that sees the newer one removed revokes it. A new sign-in is kept by its window as another session, which
   * may not be stored yet. Only a removal replaces a newer version (`isNewerItem`).
   */
  #revokeUnknown(record: LiveSession): void {
    const current = this.#store.get(record.id);
    if (current === undefined || compareVersions(record.version, current.version) <= 0) return;
    if (record.version.signIn > current.version.signIn)
      this.#revocations.revokeSoon(this.service, record.grant);
    else this.#revocations.revoke(this.service, record.grant, 'signOut');
  }

  async #settleOne(record: LiveSession): Promise<void> {
    await this.renewal.renewIfDue(record);
    const current = this.#store.liveSession(record.id);
    if (current !== undefined) await this.#endIfExpired(current);
  }

  async #endIfExpired(record: LiveSession): Promise<void> {
    // A session that can be renewed waits until the service can be reached. If the service refuses our client, it
    // waits for its expiry: the service may accept the token until then.
    if (!this.#isOver(record) || this.renewal.canSucceed(record)) return;
    if (this.renewal.isPossible(record) && !isExpired(record, this.#runtime.clock.now())) return;
    // Its expiry would keep the grant for a clock that is wrong, and a rejected token would come back with it.
    const reason = record.accessTokenRejected === true ? 'rejected' : 'expired';
    if ((await this.ending.end(record, reason)) && reason === 'rejected' && this.records.isConfigured(record))
      await this.#notices.rejected(record);
  }
}
