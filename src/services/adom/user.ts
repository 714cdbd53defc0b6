import * as z from 'zod/mini';

import { type HttpAnswer, type HttpOutcome, isPage } from '../../http/outcome.ts';
import { bearerToken, identifier, lenient } from '../../http/schema.ts';
import { type Http, type HttpRequest, send, sendWithRetries } from '../../http/send.ts';
import { failed } from '../../oauth/failure.ts';
import { createPerson, type Person } from '../person.ts';
import type { Grant, IdentifyResult, VerifyResult } from '../service.ts';

const SESSION_COOKIE = 'session_token';
/** Few, because a sign-in succeeds without the user's data, too. */
const USER_RETRIES = 2;

/**
 * Asks whose token it is. Sends the token as a Bearer token first, and after a 401 as a cookie, as some of Adom's own
 * clients do. A browser cannot send the cookie. Rejects only with `signal.reason`.
 */
export async function identify(http: Http, grant: Grant, signal: AbortSignal): Promise<IdentifyResult> {
  for (const sentAs of ['bearer', 'cookie'] as const) {
    const tried: Grant = { ...grant, sentAs };
    const outcome = await sendWithRetries(http, user(tried), signal, USER_RETRIES);
    if (isUnauthorized(outcome)) {
      if (http.inBrowser === true) return failed('needsCookie');
      continue;
    }
    const person = readPerson(outcome);
    if (person === undefined) return { kind: 'identified', person: unknownPerson(), grant: tried };
    return { kind: 'identified', person, grant: rotated(http, tried, outcome) };
  }
  return failed('grantRejected');
}

/**
 * Asks once, without retries, whether the token still works. Any 401 of Adom means that it does not, but a 401 with an
 * HTML page comes from a proxy. Rejects only with `signal.reason`.
 */
export async function verify(http: Http, grant: Grant, signal: AbortSignal): Promise<VerifyResult> {
  const outcome = await send(http, user(grant), signal);
  if (isUnauthorized(outcome)) return { kind: isPage(outcome.headers) ? 'unknown' : 'rejected' };
  if (readPerson(outcome) === undefined) return { kind: 'unknown' };
  return { kind: 'valid', grant: rotated(http, grant, outcome) };
}

function user(grant: Grant): HttpRequest {
  return { name: 'user', method: 'GET', url: `${grant.server}/user`, headers: credentials(grant) };
}

/** The header that carries the session token. */
export function credentials({ accessToken, sentAs }: Grant): Record<string, string> {
  return sentAs === 'cookie'
    ? { cookie: `${SESSION_COOKIE}=${accessToken}` }
    : { authorization: `Bearer ${accessToken}` };
}

export function isUnauthorized(outcome: HttpOutcome): outcome is HttpAnswer {
  return outcome.kind === 'answer' && outcome.status === 401;
}

const optionalText = lenient(z.string());
const User = z.object({
  id: identifier,
  name: optionalText,
  display_name: optionalText,
  email: optionalText,
});

function readPerson(outcome: HttpOutcome): Person | undefined {
  const user = outcome.kind === 'answer' && outcome.status === 200 && z.safeParse(User, outcome.json).data;
  if (!user) return undefined;
  return createPerson({ subject: user.id, names: [user.display_name, user.name], email: user.email });
}

/** Stands in when Adom does not say who signed in: an account for this session alone. */
function unknownPerson(): Person {
  const id = `session-${crypto.randomUUID().slice(0, 8)}`;
  return { subject: id, accountId: id, accountLabel: id, name: id };
}

/** Adom may rotate the session token when it returns the user. The session's expiry stays the same. */
function rotated(http: Http, grant: Grant, outcome: HttpOutcome): Grant {
  if (outcome.kind !== 'answer') return grant;
  const cookie = readSetCookie(outcome.headers, SESSION_COOKIE, http.clock.now());
  const accessToken = z.safeParse(bearerToken, cookie).data ?? grant.accessToken;
  return { ...grant, accessToken };
}

/**
 * The value that an answer sets a cookie to (RFC 6265 §4.1.1), without surrounding quotes. The last `Set-Cookie` for
 * the name wins. Undefined if there is none or the cookie is only deleted, and always in a browser, which hides
 * `Set-Cookie` from scripts. `nowMs` is the wall clock.
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
  if (value === '' || isExpired(attributes, nowMs)) return undefined;
  return /^"(.*)"$/.exec(value)?.[1] ?? value;
}

/** A server deletes a cookie by giving it an expiry in the past. Max-Age overrides Expires (RFC 6265 §5.3). */
function isExpired(attributes: readonly (readonly [string, string])[], nowMs: number): boolean {
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
