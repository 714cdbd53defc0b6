import type { Log } from '../base/log.ts';

/** Less than this is not worth a word: an answer takes its time, and `Date` counts seconds. */
const TOLERANCE_MS = 5 * 60_000;

/** Compares the clock of this computer with the clocks of the servers that answer. */
export class ClockSkew {
  #aheadMs: number | undefined;

  /**
   * How far the clock of this computer is ahead, in milliseconds; negative when it is behind. Undefined while nothing
   * says that it is off by more than five minutes.
   */
  get aheadMs(): number | undefined {
    return this.#aheadMs;
  }

  /** Reads an answer that has just come. Logs when the clock turns out to be wrong, or right again. */
  observe(headers: Headers, nowMs: number, log: Log): void {
    const serverMs = serverTimeMs(headers);
    if (serverMs === undefined) return;
    const aheadMs = nowMs - serverMs;
    const wasOff = this.#aheadMs !== undefined;
    this.#aheadMs = Math.abs(aheadMs) > TOLERANCE_MS ? aheadMs : undefined;
    if (wasOff !== (this.#aheadMs !== undefined))
      log.info(`The clock of this computer is ${Math.round(aheadMs / 1000)} s ahead of a server’s.`);
  }
}

/**
 * The time of the server in whole seconds, in milliseconds of the wall clock, by the `Date` header (RFC 9110 §6.6.1).
 * Undefined when nothing tells: there is no such header, a cache answered, or this is a browser, where no code can read
 * `Date` of another origin.
 */
export function serverTimeMs(headers: Headers): number | undefined {
  const ms = headers.has('age') ? NaN : Date.parse(headers.get('date') ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
