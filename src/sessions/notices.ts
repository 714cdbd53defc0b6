import { Emitter } from '../base/emitter.ts';
import { accountKey, sameAccount } from './accounts.ts';
import { endOf } from './expiry.ts';
import type { WindowLocks } from './ports.ts';
import type { LiveSession, Session } from './record.ts';
import type { SessionStore } from './store.ts';

/** What the user should know about their sessions while they do something else. */
export type SessionNotice =
  /** The session ends in a few minutes and cannot be renewed. */
  | { readonly kind: 'endsSoon'; readonly record: LiveSession }
  /** The session has ended. A live one could not be renewed for ten minutes after its expiry. */
  | { readonly kind: 'ended'; readonly record: Session }
  /** The service no longer accepts the session. */
  | { readonly kind: 'rejected'; readonly record: LiveSession }
  /** A new sign-in is in memory only, because storage failed. */
  | { readonly kind: 'notStored'; readonly record: LiveSession }
  /** The service has identified the user of a provisional account. */
  | { readonly kind: 'completed'; readonly before: LiveSession; readonly record: LiveSession }
  /** The service has identified the user of a provisional account, who must choose one of their identities. */
  | { readonly kind: 'identityChoice'; readonly record: LiveSession }
  | RevocationWaits
  /** Sessions of one service that should have been in storage at the start of the window, but were not. */
  | { readonly kind: 'lost'; readonly sessions: readonly LostSession[] };

/** The service gave no answer when it was asked to end grants. It will be asked again. */
export interface RevocationWaits {
  readonly kind: 'revocationWaits';
  readonly serviceId: string;
  readonly because: UnusedBecause;
  /** As in `Revocations.forget`. */
  readonly ids: readonly string[];
}

/** Why a grant is no longer used: a sign-out, or a sign-in that was not kept or has been replaced by a new one. */
export type UnusedBecause = 'signOut' | 'signIn';

export type LostSession = Pick<LiveSession, 'id' | 'serviceId' | 'scopes'>;

/** One notice is enough for an account whose sessions end one after the other. */
const SAME_ACCOUNT_MS = 10 * 60_000;
/** No end is announced twice within this time. */
const SAME_END_MS = 30 * 24 * 60 * 60_000;
/** Two windows can find out about the same rejection within this time. */
const SAME_REJECTION_MS = 10 * 60_000;
/** Each window finds the same identities to choose from within this time. */
const SAME_CHOICE_MS = 60 * 60_000;
/** Windows that open together find the same sessions gone. */
const SAME_LOSS_MS = 60_000;

/** Fires each notice in one window only, and once. */
export class NoticeEmitter {
  readonly #store: SessionStore;
  readonly #locks: WindowLocks;
  readonly #notices = new Emitter<SessionNotice>();
  #hasToldNotStored = false;

  constructor(store: SessionStore, locks: WindowLocks) {
    this.#store = store;
    this.#locks = locks;
    store.onNotStored((record) => {
      this.#notStored(record);
    });
  }

  readonly onNotice = this.#notices.event;

  async endsSoon(record: LiveSession): Promise<void> {
    await this.#announceEnd({ kind: 'endsSoon', record });
  }

  async ended(record: Session): Promise<void> {
    await this.#announceEnd({ kind: 'ended', record });
  }

  /** A rejection after another sign-in is a new one. */
  async rejected(record: LiveSession): Promise<void> {
    const name = `rejected ${record.id} ${record.version.signIn}`;
    if (await this.#locks.claimFor(name, SAME_REJECTION_MS)) this.#notices.fire({ kind: 'rejected', record });
  }

  /** In the window that has completed it. */
  completed(before: LiveSession, record: LiveSession): void {
    this.#notices.fire({ kind: 'completed', before, record });
  }

  async identityChoice(record: LiveSession): Promise<void> {
    if (await this.#locks.claimFor(`choice ${record.id}`, SAME_CHOICE_MS))
      this.#notices.fire({ kind: 'identityChoice', record });
  }

  /** All `sessions` are of one service. */
  async lost(sessions: readonly LostSession[]): Promise<void> {
    const name = `lost ${sessions.map(({ id }) => id).join()}`;
    if (await this.#locks.claimFor(name, SAME_LOSS_MS)) this.#notices.fire({ kind: 'lost', sessions });
  }

  /** In the window that has asked: the others do not know of it yet. */
  revocationWaits(waits: Omit<RevocationWaits, 'kind'>): void {
    this.#notices.fire({ kind: 'revocationWaits', ...waits });
  }

  /** Once in a window: the next sign-ins have the same cause. */
  #notStored(record: LiveSession): void {
    if (!this.#hasToldNotStored) this.#notices.fire({ kind: 'notStored', record });
    this.#hasToldNotStored = true;
  }

  /** Fires once for each end, and once for an account whose sessions end together. */
  async #announceEnd(notice: Extract<SessionNotice, { kind: 'endsSoon' | 'ended' }>): Promise<void> {
    const { kind, record } = notice;
    const end = `${kind} ${record.id} ${record.version.signIn} ${endOf(record)}`;
    if (!(await this.#locks.claimFor(end, SAME_END_MS))) return;
    // After a sign-in, the user believes that all is well, so a new end is news.
    const ofAccount = this.#store.sessions().filter((each) => sameAccount(each, record));
    const signedInAtMs = Math.max(...ofAccount.map((each) => each.signedInAtMs));
    const account = `${kind} ${accountKey(record)} ${signedInAtMs}`;
    if (await this.#locks.claimFor(account, SAME_ACCOUNT_MS)) this.#notices.fire(notice);
  }
}
