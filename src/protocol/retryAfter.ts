/**
 * How long a 429 or 503 asks its client to wait, in milliseconds, or undefined when it does not say.
 * `Retry-After` is a number of seconds or an HTTP date (RFC 9110 §10.2.3); better-auth sends `X-Retry-After` in seconds.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  for (const name of ['retry-after', 'x-retry-after']) {
    const value = headers.get(name)?.trim();
    if (value === undefined || value === '') continue;
    if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
    const dateMs = Date.parse(value);
    if (!Number.isNaN(dateMs)) return Math.max(0, dateMs - nowMs);
  }
  return undefined;
}
