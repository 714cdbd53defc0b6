import { Emitter } from '../base/emitter.ts';
import type { IdentityService } from '../services/service.ts';
import { type AccountOf, qualifiedByServer, sameAccount, sameScopes, type SessionOf } from './accounts.ts';
import {
  type AccountChange,
  type ApprovedSignIn,
  type EndedSession,
  isLive,
  type LiveSession,
  type Session,
  type SessionChange,
} from './record.ts';
import type { SessionStore } from './store.ts';

/** Which sessions a caller wants. Undefined means any. */
export interface SessionFilter {
  readonly scopes?: readonly string[] | undefined;
  /** As in `session.account.id`. */
  readonly accountId?: string | undefined;
}

/**
 * The sessions of one service, in memory. The configured ones are those of the server in the settings. Those of other
 * servers are dormant: they are not used, renewed, verified or announced, but they stay stored, and come back with
 * the setting. A setting that is not a valid address names no server, so all sessions are dormant meanwhile: the user
 * may be typing it, and nothing is lost.
 */
export class ServiceRecords {
  readonly #service: IdentityService;
  readonly #store: SessionStore;
  readonly #changes = new Emitter<AccountChange>();
  /** The configured server. It changes together with the events for that change only. */
  #server: string | undefined;

  constructor(service: IdentityService, store: SessionStore) {
    this.#service = service;
    this.#store = store;
    this.#server = service.servers().current;
    store.onDidChange((change) => {
      const { record } = change;
      if (record.serviceId === service.id && this.isConfigured(record))
        this.#changes.fire({ ...change, siblings: this.configured().filter(siblingOf(record)) });
    });
  }

  /**
   * Fires once for each change of a configured session, whichever window made it, and when a session becomes configured
   * or dormant.
   */
  readonly onDidChange = this.#changes.event;

  isConfigured({ server }: { readonly server: string }): boolean {
    return server === this.#server;
  }

  /** All live sessions at any server, oldest sign-in first. */
  liveSessions(): LiveSession[] {
    return this.#all().filter(isLive);
  }

  /** The live sessions at the configured server, oldest sign-in first. Some may be over, or waiting for renewal. */
  configured({ scopes, accountId }: SessionFilter = {}): LiveSession[] {
    return this.liveSessions().filter(
      (record) =>
        this.isConfigured(record) &&
        (scopes === undefined || sameScopes(record.scopes, scopes)) &&
        (accountId === undefined || record.person.accountId === accountId),
    );
  }

  /** The live sessions at other servers, oldest sign-in first. */
  dormant(): LiveSession[] {
    return this.liveSessions().filter((record) => !this.isConfigured(record));
  }

  /** The remains of ended sessions at any server, oldest sign-in first. */
  ended(): EndedSession[] {
    return this.#all().filter((record) => record.state === 'ended');
  }

  /** True if a session of this sign-in is stored. */
  isKept(signInId: string): boolean {
    return this.#all().some((record) => record.signInId === signInId);
  }

  /** Live sessions first, then ended ones; oldest sign-in first in each group. */
  ofAccount(account: AccountOf): Session[] {
    return [...this.liveSessions(), ...this.ended()].filter((record) => sameAccount(record, account));
  }

  /** The session that a sign-in continues: of the same account, for the same scopes. */
  continuedBy(signIn: SessionOf): Session | undefined {
    return this.ofAccount(signIn).find((each) => sameScopes(each.scopes, signIn.scopes));
  }

  /** What the session of an approved sign-in says about the sign-in and its user. */
  describe({
    scopes,
    grant: { server },
    person,
  }: ApprovedSignIn): Pick<LiveSession, 'serviceId' | 'server' | 'scopes' | 'person'> {
    const { id: serviceId } = this.#service;
    const qualified = qualifiedByServer(person, server, this.#service.servers().defaultServer);
    const known = this.ofAccount({ serviceId, server, person: qualified })[0];
    // VS Code stores consent by the label: a new display name must not cost it.
    const accountLabel = known?.person.accountLabel ?? qualified.accountLabel;
    return { serviceId, server, scopes: [...scopes], person: { ...qualified, accountLabel } };
  }

  /** Rereads the settings. Fires for each session that becomes dormant, then for each that becomes configured. */
  followSettings(): void {
    const { current } = this.#service.servers();
    if (current === this.#server) return;
    const before = this.configured();
    this.#server = current;
    const after = this.configured();
    // The siblings in each event are what the events before it have left of the account.
    for (const [index, record] of before.entries())
      this.#fireForSetting('removed', record, before.slice(index + 1));
    for (const [index, record] of after.entries())
      this.#fireForSetting('added', record, after.slice(0, index));
  }

  #fireForSetting(kind: SessionChange['kind'], record: LiveSession, others: readonly LiveSession[]): void {
    this.#changes.fire({ kind, record, isSignIn: false, siblings: others.filter(siblingOf(record)) });
  }

  #all(): Session[] {
    return this.#store.sessions().filter(({ serviceId }) => serviceId === this.#service.id);
  }
}

/** Returns a test for the other sessions of the same account. */
function siblingOf(record: LiveSession): (other: LiveSession) => boolean {
  return (other) => other.id !== record.id && sameAccount(other, record);
}
