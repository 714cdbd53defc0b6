import { Emitter } from '../base/emitter.ts';
import type { IdentityService } from '../services/service.ts';
import { type AccountOf, sameAccount, sameScopes } from './accounts.ts';
import {
  type EndedSession,
  isLive,
  type LiveSession,
  type SessionChange,
  type AccountChange,
} from './record.ts';
import type { SessionStore } from './store.ts';

/** Which sessions a caller wants. Absent means any. */
export interface SessionFilter {
  readonly scopes?: readonly string[] | undefined;
  /** As `session.account.id` has it. */
  readonly accountId?: string | undefined;
}

/**
 * The sessions of one service, in memory. Those of the server in the settings are shown. Those of other servers are
 * hidden: nobody uses, renews or verifies them, and nobody is told of them, but they stay stored, and are shown again
 * when the setting is back. A setting that is no address names no server, so it hides all of them: it may be one that
 * a person is typing, and nothing is lost by it.
 */
export class ServiceRecords {
  readonly #service: IdentityService;
  readonly #store: SessionStore;
  readonly #changes = new Emitter<AccountChange>();
  /** The server whose sessions are shown. It changes only together with the changes that tell of it. */
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

  /** Hears of each change of a session that is shown, also that it is shown or hidden from now on. */
  readonly onDidChange = this.#changes.event;

  isConfigured({ server }: { readonly server: string }): boolean {
    return server === this.#server;
  }

  /** All live sessions, oldest sign-in first. */
  liveSessions(): LiveSession[] {
    return this.#all().filter(isLive);
  }

  /** Those of the server in the settings. */
  configured({ scopes, accountId }: SessionFilter = {}): LiveSession[] {
    return this.liveSessions().filter(
      (record) =>
        this.isConfigured(record) &&
        (scopes === undefined || sameScopes(record.scopes, scopes)) &&
        (accountId === undefined || record.person.accountId === accountId),
    );
  }

  /** Those of other servers. */
  dormant(): LiveSession[] {
    return this.liveSessions().filter((record) => !this.isConfigured(record));
  }

  /** What is left of the sessions that have ended, of all servers. */
  ended(): EndedSession[] {
    return this.#all().filter((record) => record.state === 'ended');
  }

  /** Live sessions first, then ended ones, oldest sign-in first in each. */
  ofAccount(account: AccountOf): (LiveSession | EndedSession)[] {
    return [...this.liveSessions(), ...this.ended()].filter((record) => sameAccount(record, account));
  }

  /** Reads the settings again. Tells of the sessions that are hidden and shown from now on, one after the other. */
  followSettings(): void {
    const { current } = this.#service.servers();
    if (current === this.#server) return;
    const hidden = this.configured();
    this.#server = current;
    const shown = this.configured();
    // Each change leaves of an account what the changes before it have left.
    for (const [index, record] of hidden.entries())
      this.#tellOfSetting('removed', record, hidden.slice(index + 1));
    for (const [index, record] of shown.entries())
      this.#tellOfSetting('added', record, shown.slice(0, index));
  }

  #tellOfSetting(kind: SessionChange['kind'], record: LiveSession, others: readonly LiveSession[]): void {
    this.#changes.fire({ kind, record, isSignIn: false, siblings: others.filter(siblingOf(record)) });
  }

  #all(): (LiveSession | EndedSession)[] {
    return this.#store.sessions().filter(({ serviceId }) => serviceId === this.#service.id);
  }
}

/** True for another session of the same account. */
function siblingOf(record: LiveSession): (other: LiveSession) => boolean {
  return (other) => other.id !== record.id && sameAccount(other, record);
}
