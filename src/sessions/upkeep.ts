import { isWithin } from '../base/clock.ts';
import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { endsSoon, isForgettable, isOverdue, isOver } from './expiry.ts';
import type { NoticeEmitter } from './notices.ts';
import type { EndedSession, LiveSession } from './record.ts';
import type { Revocations } from './revocations.ts';
import type { ServiceSessions } from './serviceSessions.ts';
import type { SessionStore } from './store.ts';
import { TICK_MS } from './ticks.ts';

/** A window does not verify a session again for this long. */
const VERIFIED_FOR_MS = 60 * 60_000;
/** How many checks there are in an hour of running time. */
const CHECKS_UNTIL_SETTLED = (60 * 60_000) / TICK_MS;

export interface UpkeepParts {
  readonly byService: readonly ServiceSessions[];
  readonly revocations: Revocations;
  readonly store: SessionStore;
  readonly notices: NoticeEmitter;
  readonly isFocused: () => boolean;
}

type Checks = WeakMap<EndedSession, number>;

/** Takes care of the sessions in the background: announces their ends, verifies and extends them, and cleans up. */
export class SessionUpkeep {
  readonly #parts: UpkeepParts;
  readonly #runtime: Runtime;
  #wasFocused: boolean;
  /**
   * When this window last asked whether a session still works. Not shared between windows, so that no file can keep one
   * from asking.
   */
  readonly #verifiedAtMs = new Map<string, number>();
  /** How many checks in a row have found this version of a session over, or old. */
  readonly #over: Checks = new WeakMap();
  readonly #old: Checks = new WeakMap();

  constructor(parts: UpkeepParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
    this.#wasFocused = parts.isFocused();
  }

  /** Checks every 30 seconds until the window closes. Waits first: a window has enough to do when it opens. */
  async run(): Promise<void> {
    const { clock, closed } = this.#runtime;
    for (;;) {
      await clock.sleep(TICK_MS, closed).catch(() => undefined);
      if (closed.aborted) return;
      void this.#parts.revocations.tick();
      for (const { completion } of this.#parts.byService) void completion.tick();
      await this.#logged(async () => {
        await this.#dropOldGrants();
        await this.#forgetOld();
        if (this.#parts.isFocused()) await this.#announceEnds();
      });
    }
  }

  /**
   * Checks all sessions when the user returns to the window, because they may use one now. VS Code also fires the
   * window's state when the user is idle, so this compares it with the last state. Never rejects.
   */
  async focusChanged(focused: boolean): Promise<void> {
    const isBack = focused && !this.#wasFocused;
    this.#wasFocused = focused;
    if (!isBack) return;
    void this.#parts.revocations.deliver(); // the network may be back, too
    await this.#logged(async () => {
      const { store, byService } = this.#parts;
      await store.rereadAll();
      for (const { completion } of byService) void completion.tryAll();
      const asked = await Promise.all(byService.map((sessions) => this.#extend(sessions)));
      await this.#announceEnds();
      await Promise.all(byService.map((sessions) => this.#verify(sessions, asked.flat())));
    });
  }

  async #announceEnds(): Promise<void> {
    const { byService, notices } = this.#parts;
    const { clock } = this.#runtime;
    for (const sessions of byService) {
      const { records } = sessions;
      await sessions.settle();
      for (const record of sessions.usable())
        if (!mayContinue(sessions, record) && endsSoon(record, clock.now())) await notices.endsSoon(record);
      for (const record of records.configured())
        if (isOverdue(record, clock.now())) await notices.ended(record);
      for (const record of records.ended())
        if (records.isConfigured(record) && record.reason === 'expired' && !this.#isOld(record))
          await notices.ended(record);
    }
  }

  /** The mark that stays holds nothing of the session. */
  async #forgetOld(): Promise<void> {
    const { store } = this.#parts;
    for (const record of store.records())
      if (record.state === 'ended' && isSettled(this.#old, record, this.#isOld(record))) {
        await store.reread(record.id); // another window may have continued it with a new sign-in
        if (store.get(record.id) === record) await store.remove(record);
      }
  }

  #isOld(record: EndedSession): boolean {
    return isForgettable(record, this.#runtime.clock.now());
  }

  /** Runs in every window. The second window that does this finds nothing left to drop. */
  async #dropOldGrants(): Promise<void> {
    for (const { records, ending } of this.#parts.byService)
      for (const record of records.ended()) {
        if (record.expired === undefined) continue;
        const isStillOver = isOver(record.expired, this.#runtime.clock.now());
        if (isSettled(this.#over, record, isStillOver)) await ending.dropExpiredGrant(record);
      }
  }

  /** Returns the ids of the sessions for which it asks. */
  async #extend(sessions: ServiceSessions): Promise<string[]> {
    const ids: string[] = [];
    await sessions.settle();
    for (const record of sessions.usable())
      if (await sessions.verification.extendIfOld(record)) ids.push(record.id);
    return ids;
  }

  /** Skips the sessions in `asked`: asking to extend a session verifies it, too. */
  async #verify(sessions: ServiceSessions, asked: readonly string[]): Promise<void> {
    await sessions.settle();
    for (const { id, signedInAtMs } of sessions.usable()) {
      if (asked.includes(id) || this.#isFresh(this.#verifiedAtMs.get(id) ?? signedInAtMs)) continue;
      this.#verifiedAtMs.set(id, this.#runtime.clock.now());
      await sessions.verification.verify(id, this.#runtime.closed);
    }
  }

  /** In both directions of time: a clock that was ahead when it was noted does not skip a check for long. */
  #isFresh(sinceMs: number): boolean {
    return isWithin(VERIFIED_FOR_MS, this.#runtime.clock.now(), sinceMs);
  }

  /** Logs a failure. The next check retries. */
  async #logged(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#runtime.closed.aborted) return;
      this.#runtime.log.warn(`The upkeep of the sessions failed: ${describeError(error)}.`);
    }
  }
}

/** True once it has held for an hour of running time: a clock that is wrong for less does no harm. */
function isSettled(checks: Checks, record: EndedSession, holds: boolean): boolean {
  const inARow = holds ? (checks.get(record) ?? 0) + 1 : 0;
  checks.set(record, inARow);
  return inARow >= CHECKS_UNTIL_SETTLED;
}

/** True when the session may be renewed or extended in a moment, so that its end is not announced yet. */
function mayContinue({ renewal, verification }: ServiceSessions, record: LiveSession): boolean {
  return renewal.canSucceed(record) || verification.isExtending(record.id);
}
