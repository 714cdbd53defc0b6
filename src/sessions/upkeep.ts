import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { accountKey, sameAccount } from './accounts.ts';
import { endsSoon, isForgettable, isOver } from './expiry.ts';
import type { SessionNotices } from './notices.ts';
import type { WindowLocks } from './ports.ts';
import type { EndedSession, LiveSession } from './record.ts';
import type { ServiceSessions } from './serviceSessions.ts';
import type { SessionStore } from './store.ts';

const LOOK_EVERY_MS = 30_000;
/** A session is verified again after this long. */
const VERIFIED_FOR_MS = 60 * 60_000;
/** One message is enough for an account whose sessions end one after the other. */
const ONE_ACCOUNT_MESSAGE_MS = 10 * 60_000;
/** No end is told of twice within this time. */
const TOLD_FOR_MS = 30 * 24 * 60 * 60_000;
/** An expired session keeps its grant for an hour of running time: a clock that is wrong for less costs nothing. */
const LOOKS_BEFORE_DROP = (60 * 60_000) / LOOK_EVERY_MS;

/** Looks after sessions in the background: tells of their ends, verifies and extends them now and then. */
export class SessionUpkeep {
  readonly #services: readonly ServiceSessions[];
  readonly #store: SessionStore;
  readonly #locks: WindowLocks;
  readonly #notices: SessionNotices;
  readonly #runtime: Runtime;
  readonly #isFocused: () => boolean;
  #wasFocused: boolean;
  /** How many looks have found an expired session still expired, by session id. */
  readonly #expiredLooks = new Map<string, number>();

  constructor(
    services: readonly ServiceSessions[],
    store: SessionStore,
    locks: WindowLocks,
    notices: SessionNotices,
    runtime: Runtime,
    isFocused: () => boolean,
  ) {
    this.#services = services;
    this.#store = store;
    this.#locks = locks;
    this.#notices = notices;
    this.#runtime = runtime;
    this.#isFocused = isFocused;
    this.#wasFocused = isFocused();
  }

  /** Looks every 30 seconds until the window closes. Waits first: a window has enough to do when it opens. */
  async run(): Promise<void> {
    const { clock, closed } = this.#runtime;
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, closed).catch(() => undefined);
      if (closed.aborted) return;
      await this.#logged(async () => {
        await this.#dropOldGrants();
        if (this.#isFocused()) await this.#lookAtEnds();
      });
    }
  }

  /**
   * Looks at all sessions when the person comes back to the window, because they may use one now. VS Code also tells
   * of the window's state when the person pauses, so this compares with the last state. Never rejects.
   */
  async focusIs(focused: boolean): Promise<void> {
    const isBack = focused && !this.#wasFocused;
    this.#wasFocused = focused;
    if (!isBack) return;
    await this.#logged(async () => {
      await this.#store.load();
      await this.#store.rereadAll();
      const asked = await Promise.all(this.#services.map((sessions) => this.#extend(sessions)));
      await this.#lookAtEnds();
      await Promise.all(this.#services.map((sessions) => this.#verify(sessions, asked.flat())));
    });
  }

  async #lookAtEnds(): Promise<void> {
    await this.#forgetOld(); // first, so that no old end is told of again
    for (const sessions of this.#services) {
      for (const record of await sessions.usable())
        if (!mayGoOn(sessions, record) && endsSoon(record, this.#runtime.clock.now()))
          await this.#claimAndTell('soon', record, () => {
            this.#notices.endsSoon(record);
          });
      for (const record of sessions.cached()) await this.#tellOfFailedRenewal(record);
      for (const record of sessions.ended())
        if (sessions.records.isConfigured(record)) await this.#tellOfExpiry(record);
    }
  }

  /** For the person, a session that has waited ten minutes for its renewal has ended. */
  async #tellOfFailedRenewal(record: LiveSession): Promise<void> {
    const { expiresAtMs = Infinity } = record.grant; // one without a refresh token has ended already
    if (expiresAtMs + ONE_ACCOUNT_MESSAGE_MS < this.#runtime.clock.now())
      await this.#claimAndTell('ended', record, () => {
        this.#notices.ended(record);
      });
  }

  async #tellOfExpiry(record: EndedSession): Promise<void> {
    if (record.reason === 'expired')
      await this.#claimAndTell('ended', record, () => {
        this.#notices.ended(record);
      });
  }

  async #forgetOld(): Promise<void> {
    const nowMs = this.#runtime.clock.now();
    for (const record of this.#store.records())
      if (isForgettable(record, nowMs)) await this.#store.forget(record.id);
  }

  /** Runs in every window. A window that does this second finds nothing left to drop. */
  async #dropOldGrants(): Promise<void> {
    for (const sessions of this.#services)
      for (const record of sessions.ended()) {
        if (record.expired === undefined) continue;
        const isStillOver = isOver(record.expired, this.#runtime.clock.now());
        const looks = isStillOver ? (this.#expiredLooks.get(record.id) ?? 0) + 1 : 0;
        this.#expiredLooks.set(record.id, looks);
        if (looks < LOOKS_BEFORE_DROP) continue;
        this.#expiredLooks.delete(record.id);
        await sessions.ending.dropExpiredGrant(record);
      }
  }

  /** Tells in one window, once for each end, and once for an account whose sessions end together. */
  async #claimAndTell(
    what: 'soon' | 'ended',
    record: LiveSession | EndedSession,
    tell: () => void,
  ): Promise<void> {
    const { id, version } = record;
    if (!(await this.#locks.claimFor(`${what} ${id} ${version.signIn} ${endOf(record)}`, TOLD_FOR_MS)))
      return;
    // A person who has signed in since the last message believes that all is well, and must hear of a new end.
    const ofAccount = this.#store.sessions().filter((each) => sameAccount(each, record));
    const signedInAtMs = Math.max(...ofAccount.map((each) => each.signedInAtMs));
    const account = `${what} ${accountKey(record)} ${signedInAtMs}`;
    if (await this.#locks.claimFor(account, ONE_ACCOUNT_MESSAGE_MS)) tell();
  }

  /** Gives the ids of the sessions for which it asks. */
  async #extend(sessions: ServiceSessions): Promise<string[]> {
    const ids: string[] = [];
    for (const record of await sessions.usable())
      if (await sessions.verification.extendIfOld(record)) ids.push(record.id);
    return ids;
  }

  /** Verifies all but those in `asked`: a question for a later end tells the same. */
  async #verify(sessions: ServiceSessions, asked: readonly string[]): Promise<void> {
    const { verification } = sessions;
    const oldMs = this.#runtime.clock.now() - VERIFIED_FOR_MS;
    for (const { id, signedInAtMs } of await sessions.usable()) {
      if (signedInAtMs > oldMs || asked.includes(id)) continue;
      if (await this.#locks.claimFor(`verify ${id}`, VERIFIED_FOR_MS))
        await verification.verify(id, this.#runtime.closed);
    }
  }

  /** What fails now is tried again the next time. */
  async #logged(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#runtime.closed.aborted) return;
      this.#runtime.log.warn(`The sessions could not be looked after this time: ${describeError(error)}.`);
    }
  }
}

/** True when the session may get a later end in a moment, so that its end is not told of yet. */
function mayGoOn(sessions: ServiceSessions, record: LiveSession): boolean {
  return sessions.canRenew(record) || sessions.verification.isExtending(record.id);
}

/** When the session ends or has ended, in milliseconds of the wall clock; 0 without a known end. */
function endOf(record: LiveSession | EndedSession): number {
  const { expiresAtMs } = record.state === 'live' ? record.grant : record;
  return expiresAtMs ?? 0;
}
