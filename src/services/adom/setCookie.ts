/**
 * The value that an answer gives to a cookie (RFC 6265 §4.1.1): as it is, without the quotes around it. The last
 * one counts. Undefined when there is none, or when the cookie is only deleted. A browser shows no Set-Cookie to
 * scripts, so there it is always undefined.
 */
export function readSetCookie(headers: Headers, name: string, nowMs: number): string | undefined {
  return headers
    .getSetCookie()
    .map((line) => readCookie(line, name, nowMs))
    .findLast((value) => value !== undefined);
}

function readCookie(line: string, name: string, nowMs: number): string | undefined {
  const [pair, ...attributes] = line.split(';').map(readPair);
  const value = pair?.[0] === name ? pair[1] : '';
  if (value === '' || isDeletion(attributes, nowMs)) return undefined;
  return /^"(.*)"$/.exec(value)?.[1] ?? value;
}

/** A server deletes a cookie by an end that is over. Max-Age goes before Expires (RFC 6265 §5.3). */
function isDeletion(attributes: readonly (readonly [string, string])[], nowMs: number): boolean {
  const last = (name: string): string | undefined =>
    attributes.findLast(([each]) => each.toLowerCase() === name)?.[1];
  const maxAge = last('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  return Date.parse(last('expires') ?? '') <= nowMs;
}

function readPair(text: string): readonly [name: string, value: string] {
  const at = text.includes('=') ? text.indexOf('=') : text.length;
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
