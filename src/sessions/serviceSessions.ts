import type { Runtime } from '../base/runtime.ts';
import { abortable } from '../base/timeLimit.ts';
import type { Person } from '../services/person.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import type { SessionNotices } from './notices.ts';
import type { Renewal } from './renewal.ts';
import { revokeInBackground } from './revoke.ts';
import { sameScopes, scopeKey } from './scopes.ts';
import type { SessionChange } from './sessionChange.ts';
import { isOver } from './sessionEnd.ts';
import { SessionEnds } from './sessionEnds.ts';
import { type EndedSession, isLive, type LiveSession } from './sessionRecord.ts';
import type { SessionStore } from './sessionStore.ts';
import { afterSignIn, compareVersions, FIRST_VERSION } from './sessionVersion.ts';
import { Verification } from './verification.ts';
import type { WindowLocks } from './windowLocks.ts';

/** Which sessions a caller wants. Absent means any. */
export interface SessionFilter {
  readonly scopes?: readonly string[] | undefined;
  readonly accountId?: string | undefined;
}

/** The sessions of one service, and the rules of their life: sign-in, use, sign-out. */
export class ServiceSessions {
  readonly service: IdentityService;
  readonly ends: SessionEnds;
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
    this.ends = new SessionEnds(service, store, runtime);
    this.verification = new Verification(store, renewal, this.ends, locks, notices, runtime);
    this.#store = store;
    this.#renewal = renewal;
    this.#locks = locks;
    this.#runtime = runtime;
    this.onDidChange(({ kind, record }) => {
      if (kind === 'removed') this.#revokeUnknown(record);
    });
  }

  /** Hears of each change of a session of this service once, whichever window made it. */
  onDidChange(listener: (change: SessionChange) => void): { dispose(): void } {
    return this.#store.onDidChange((change) => {
      if (change.record.serviceId === this.service.id) listener(change);
    });
  }

  /** The live sessions from memory, oldest sign-in first. Some may be over, or wait for their renewal. */
  cached(): LiveSession[] {
    return this.#ownRecords().filter(isLive);
  }

  /** What is left of the sessions that have ended, from memory. */
  ended(): EndedSession[] {
    return this.#ownRecords().filter((record) => record.state === 'ended');
  }

  /** The same as `cached`, after the first look into storage. Throws a StoreError when it cannot be read. */
  async all(): Promise<LiveSession[]> {
    await this.#store.load();
    return this.cached();
  }

  /**
   * The sessions that can be used, oldest sign-in first. Waits for the network only for a session that the filter
   * lets through, that is over, and that can be renewed. A timer would sleep through a laptop's night, so the ends
   * of sessions are noticed here. Throws a StoreError when the storage cannot be read.
   */
  async usable(filter: SessionFilter = {}): Promise<LiveSession[]> {
    await this.#store.load();
    for (const record of this.ended()) void this.ends.resumeAfterWrongClock(record);
    await Promise.all(this.#matching(filter).map((record) => this.#settle(record)));
    return this.#matching(filter).filter((record) => !isOver(record, this.#runtime.clock.now()));
  }

  /**
   * Keeps what a sign-in has brought. A sign-in as the same identity with the same scopes continues its session,
   * with the id that other extensions know, and ends the grant that it replaces. When the signal aborts, nothing is
   * kept. Throws a StoreError when it cannot be stored, or `signal.reason`.
   */
  async keep(
    scopes: readonly string[],
    grant: Grant,
    person: Person,
    signal: AbortSignal,
  ): Promise<LiveSession> {
    // Two windows that keep the same sign-in at the same moment would make two sessions of it.
    const lock = `keep ${this.service.id} ${person.accountId} ${scopeKey(scopes)}`;
    const added = await this.#locks.withLock(lock, signal, () =>
      this.#keepUnderLock(scopes, grant, person, signal),
    );
    const old = added.replaced && grantOf(added.replaced);
    if (old !== undefined && old.accessToken !== added.record.grant.accessToken)
      revokeInBackground(this.service, old, this.#runtime);
    return added.record;
  }

  /** Signs out here at once, and asks the service in the background. Throws a StoreError if it stays in storage. */
  async signOut(id: string): Promise<void> {
    await this.#store.load();
    const record = this.#store.live(id);
    if (record?.serviceId !== this.service.id) return;
    this.#runtime.log.info(`Signing out of ${this.service.label}.`);
    // Sessions that wait for their renewal are not listed. If nothing else is left of the account, they must go too,
    // or the account would come back by itself.
    const isLast = this.siblings(record).every((each) => isOver(each, this.#runtime.clock.now()));
    const leaving = isLast ? this.#ofAccount(record.person.accountId) : [record];
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

  /** The other live sessions of the same account. */
  siblings({ id, person }: LiveSession): LiveSession[] {
    return this.cached().filter((each) => each.person.accountId === person.accountId && each.id !== id);
  }

  #ownRecords(): (LiveSession | EndedSession)[] {
    return this.#store.all().filter(({ serviceId }) => serviceId === this.service.id);
  }

  #matching({ scopes, accountId }: SessionFilter): LiveSession[] {
    return this.cached().filter(
      (record) =>
        (scopes === undefined || sameScopes(record.scopes, scopes)) &&
        (accountId === undefined || record.person.accountId === accountId),
    );
  }

  /** Live sessions first, then ended ones, oldest sign-in first in each. */
  #ofAccount(accountId: string): (LiveSession | EndedSession)[] {
    return [...this.cached(), ...this.ended()].filter(({ person }) => person.accountId === accountId);
  }

  async #keepUnderLock(
    scopes: readonly string[],
    grant: Grant,
    person: Person,
    signal: AbortSignal,
  ): Promise<{ record: LiveSession; replaced: LiveSession | EndedSession | undefined }> {
    await abortable(this.#store.load(), signal);
    await abortable(this.#store.rereadAll(), signal); // another window may have been faster than its event
    const ofAccount = this.#ofAccount(person.accountId);
    const before = ofAccount.find((each) => sameScopes(each.scopes, scopes));
    // VS Code keeps consent by the label: a new display name must not cost it.
    const accountLabel = ofAccount[0]?.person.accountLabel ?? person.accountLabel;
    const nowMs = this.#runtime.clock.now();
    for (let id = before?.id ?? crypto.randomUUID(); ; id = crypto.randomUUID()) {
      const make = (current: LiveSession | EndedSession | undefined): LiveSession => ({
        format: 1,
        id,
        version: current === undefined ? FIRST_VERSION : afterSignIn(current.version),
        state: 'live',
        serviceId: this.service.id,
        scopes: [...scopes],
        person: { ...person, accountLabel },
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
   * moment, the window that sees the newer one removed revokes it.
   */
  #revokeUnknown(record: LiveSession): void {
    const removed = this.#store.get(record.id);
    if (removed?.state === 'removed' && compareVersions(record.version, removed.version) > 0)
      revokeInBackground(this.service, record.grant, this.#runtime);
  }

  async #settle(record: LiveSession): Promise<void> {
    await this.#renewal.renewIfDue(record);
    const current = this.#store.live(record.id);
    if (current === undefined || !isOver(current, this.#runtime.clock.now())) return;
    // A session that can be renewed waits until the service can be reached. If the service refuses our client, it
    // waits for its own end: the service may accept the token until then.
    if (this.canRenew(current)) return;
    const { expiresAtMs = Infinity } = current.grant;
    if (this.#renewal.isPossible(current) && this.#runtime.clock.now() < expiresAtMs) return;
    await this.ends.end(current, 'expired');
  }
}

/** The grant of a live session, or of one that expired less than an hour ago. */
function grantOf(record: LiveSession | EndedSession): Grant | undefined {
  return isLive(record) ? record.grant : record.expired?.grant;
}
