import type { Log } from '../base/log.ts';

/** Smaller differences are noise: answers take time, and `Date` has whole seconds. */
const TOLERANCE_MS = 5 * 60_000;

/** Compares this computer's clock with those of the servers that answer. */
export class ClockSkew {
  #aheadMs: number | undefined;

  /**
   * How far this computer's clock is ahead, in milliseconds; negative if it is behind. Undefined unless the last known
   * difference exceeds five minutes.
   */
  get aheadMs(): number | undefined {
    return this.#aheadMs;
  }

  /** Reads the headers of an answer received at `nowMs`. Logs when the clock turns out to be wrong, or right again. */
  observe(headers: Headers, nowMs: number, log: Log): void {
    const serverMs = serverTimeMs(headers);
    if (serverMs === undefined) return;
    const aheadMs = nowMs - serverMs;
    const wasOff = this.#aheadMs !== undefined;
    this.#aheadMs = Math.abs(aheadMs) > TOLERANCE_MS ? aheadMs : undefined;
    if (wasOff === (this.#aheadMs !== undefined)) return;
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    const direction = aheadMs > 0 ? 'ahead of' : 'behind';
    log.info(
      wasOff
        ? 'The clock of this computer is right again.'
        : `The clock of this computer is ${seconds} s ${direction} a server’s.`,
    );
  }
}

/**
 * The server's time in milliseconds since the epoch, from the `Date` header (RFC 9110 §6.6.1), which has whole seconds.
 * Undefined without that header, if a cache answered, and in a browser, which hides `Date` of other origins.
 */
export function serverTimeMs(headers: Headers): number | undefined {
  const ms = headers.has('age') ? NaN : Date.parse(headers.get('date') ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
