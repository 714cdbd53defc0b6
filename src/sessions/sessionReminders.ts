import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Claims } from './windowLocks.ts';
import { endsSoon } from './sessionEnd.ts';
import type { SessionRecord } from './sessionRecord.ts';
import type { SessionStore } from './sessionStore.ts';
import type { ServiceSessions } from './serviceSessions.ts';
import type { SessionNotices } from './sessionNotices.ts';

const LOOK_EVERY_MS = 30_000;
/** A session is verified again after this long. */
const VERIFIED_FOR_MS = 60 * 60_000;
/** An account whose sessions end one after the other is told of once. */
const ONE_MESSAGE_MS = 10 * 60_000;
/** Nobody wants to hear of an end that is older, nor to keep what is left of the session. */
const FORGET_MS = 30 * 24 * 60 * 60_000;

/** Looks after the sessions while nobody asks for them: tells of their ends, and verifies them now and then. */
export class SessionWatch {
  readonly #sessions: readonly ServiceSessions[];
  readonly #store: SessionStore;
  readonly #claims: Claims;
  readonly #notices: SessionNotices;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #isFocused: () => boolean;
  #wasFocused: boolean;

  constructor(
    sessions: readonly ServiceSessions[],
    store: SessionStore,
    claims: Claims,
    notices: SessionNotices,
    clock: Clock,
    log: Log,
    isFocused: () => boolean,
  ) {
    this.#sessions = sessions;
    this.#store = store;
    this.#claims = claims;
    this.#notices = notices;
    this.#clock = clock;
    this.#log = log;
    this.#isFocused = isFocused;
    this.#wasFocused = isFocused();
  }

  /** Tells of ends until the signal aborts. Does nothing at first: a window has enough to do when it opens. */
  async run(signal: AbortSignal): Promise<void> {
    while (await this.#slept(signal)) await this.#quietly(() => this.#lookAtEnds());
  }

  /**
   * When the person is back, what they are about to use is worth a look. VS Code also tells of a window's state when they
   * pause, and when they go on. Never rejects.
   */
  async focusIs(focused: boolean, signal: AbortSignal): Promise<void> {
    const isBack = focused && !this.#wasFocused;
    this.#wasFocused = focused;
    if (!isBack) return;
    await this.#quietly(async () => {
      await this.#lookAtEnds();
      await Promise.all(this.#sessions.map((sessions) => this.#verify(sessions, signal)));
    });
  }

  /** Only where the person looks, and once for an account. */
  async #lookAtEnds(): Promise<void> {
    if (!this.#isFocused()) return;
    for (const sessions of this.#sessions) {
      for (const record of await sessions.list()) {
        if (record.refreshToken === undefined && endsSoon(record, this.#clock.now()))
          await this.#once('soon', record, () => {
            this.#notices.endsSoon(record);
          });
      }
      for (const record of sessions.known()) await this.#lookAtRenewal(record);
      for (const record of this.#store.listEnded(sessions.service.id)) await this.#lookBack(record);
    }
  }

  /** One that has waited for its renewal for so long is as good as ended for the person. */
  async #lookAtRenewal(record: SessionRecord): Promise<void> {
    const { refreshToken, expiresAtMs = Infinity } = record;
    if (refreshToken !== undefined && expiresAtMs + ONE_MESSAGE_MS < this.#clock.now())
      await this.#once('ended', record, () => {
        this.#notices.ended(record);
      });
  }

  async #lookBack(record: SessionRecord): Promise<void> {
    if (record.writtenAtMs + FORGET_MS < this.#clock.now()) await this.#store.remove(record.id);
    else if (record.ended === 'expired')
      await this.#once('ended', record, () => {
        this.#notices.ended(record);
      });
  }

  /** In one window, once for each end, and once for an account whose sessions end together. */
  async #once(what: 'soon' | 'ended', record: SessionRecord, tell: () => void): Promise<void> {
    const { id, provider, person, createdAtMs, expiresAtMs = 0 } = record;
    if (!(await this.#claims.take(`${what} ${id} ${createdAtMs} ${expiresAtMs}`, FORGET_MS))) return;
    const ofAccount = this.#store.ofAccount(provider, person.accountId);
    // Whoever has signed in since the last message thinks that all is well.
    const signedInAtMs = Math.max(...ofAccount.map((each) => each.createdAtMs));
    const account = `${what} ${provider} ${person.accountId} ${signedInAtMs}`;
    if (await this.#claims.take(account, ONE_MESSAGE_MS)) tell();
  }

  async #verify(sessions: ServiceSessions, signal: AbortSignal): Promise<void> {
    const oldMs = this.#clock.now() - VERIFIED_FOR_MS;
    for (const { id, createdAtMs } of await sessions.list()) {
      if (createdAtMs > oldMs || !(await this.#claims.take(`verify ${id}`, VERIFIED_FOR_MS))) continue;
      await sessions.verify(id, signal);
    }
  }

  async #slept(signal: AbortSignal): Promise<boolean> {
    await this.#clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    return !signal.aborted;
  }

  /** What fails now is tried again the next time. */
  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      this.#log.warn('The sessions could not be looked after this time.');
    }
  }
}
