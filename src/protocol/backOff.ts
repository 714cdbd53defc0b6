/** Longer would keep a person who is online again waiting. */
const LONGEST_MS = 60_000;

/**
 * How long to wait after the nth trouble in a row (1, 2, …): double the interval each time, up to a minute
 * (RFC 8628 §3.5), and never less than the interval.
 */
export function backOffMs(intervalMs: number, troubles: number): number {
  return Math.max(intervalMs, Math.min(intervalMs * 2 ** troubles, LONGEST_MS));
}
