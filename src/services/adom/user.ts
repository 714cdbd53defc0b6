import * as z from 'zod/mini';

import { serverTimeMs } from '../../http/clockSkew.ts';
import type { HttpOutcome } from '../../http/outcome.ts';
import { bearerToken, identifier, lenient } from '../../http/schema.ts';
import type { Http, HttpRequest } from '../../http/send.ts';
import { failed } from '../../oauth/failure.ts';
import { createPerson, type Person, provisionalPerson } from '../person.ts';
import type { Grant, IdentifyOptions, IdentifyResult, VerifyResult } from '../service.ts';
import { askAboutNewGrant, askForOwner, type OwnerAnswer } from '../tokenOwner.ts';

const SESSION_COOKIE = 'session_token';
/** A browser does not reveal that Adom forbids the request there, and a sign-in succeeds without the user's data. */
const PATIENCE_IN_BROWSER_MS = 5_000;

/** The user, and the grant that Adom has answered for. */
interface Identified {
  readonly person: Person;
  readonly grant: Grant;
}

/** As `IdentityService.identify`. Each answer can hold a new token, so an interruption aborts no request. */
export async function identify(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
  options: IdentifyOptions = {},
): Promise<IdentifyResult> {
  const patienceMs = options.patienceMs ?? (http.inBrowser === true ? PATIENCE_IN_BROWSER_MS : undefined);
  let tried = grant;
  const askAs = (sentAs: 'bearer' | 'cookie'): Promise<OwnerAnswer<Identified>> => {
    options.interrupted?.throwIfAborted();
    tried = { ...grant, sentAs };
    return ask(http, tried, signal);
  };
  // Some of Adom's own clients send the token as a cookie. A browser cannot do that.
  const askInEitherForm = async (): Promise<OwnerAnswer<Identified>> => {
    const asked = await askAs('bearer');
    const isNo = asked.answer.kind === 'tokenRejected';
    return isNo && http.inBrowser !== true ? askAs('cookie') : asked;
  };
  const result = await askAboutNewGrant(http, askInEitherForm, signal, { ...options, patienceMs });
  switch (result.kind) {
    case 'owner':
      return { kind: 'identified', ...result.owner };
    case 'unknown':
      return { kind: 'identified', person: provisionalPerson(), grant: tried };
    case 'rejected':
      return failed(http.inBrowser === true ? 'needsCookie' : 'grantRejected');
  }
}

/** Asks once, without retries, whether the token still works. Rejects only with `signal.reason`. */
export async function verify(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
  subject?: string,
): Promise<VerifyResult> {
  if (!canSend(http, grant)) return { kind: 'unknown' };
  const { answer } = await ask(http, grant, signal, subject);
  if (answer.kind === 'owner') return { kind: 'valid', grant: answer.owner.grant };
  return { kind: answer.kind === 'tokenRejected' ? 'rejected' : 'unknown' };
}

/** Asks for the user, as `askForOwner` does. Only an answer about the right user can rotate the token. */
async function ask(
  http: Http,
  grant: Grant,
  signal: AbortSignal,
  subject?: string,
): Promise<OwnerAnswer<Identified>> {
  const question = { request: user(grant), dialect: 'status', read: readUser } as const;
  const { answer, outcome, url } = await askForOwner(http, question, signal, subject);
  if (answer.kind !== 'owner') return { answer, outcome, url };
  const owner = { person: answer.owner, grant: rotated(http, grant, outcome) };
  return { answer: { kind: 'owner', owner }, outcome, url };
}

function user(grant: Grant): HttpRequest {
  return { name: 'user', method: 'GET', url: `${grant.server}/user`, headers: credentials(grant) };
}

/** A browser drops a cookie that a script sets, so the service would reject a token that it accepts elsewhere. */
export function canSend({ inBrowser }: Http, { sentAs }: Grant): boolean {
  return inBrowser !== true || sentAs !== 'cookie';
}

/** The header that carries the session token. */
export function credentials({ accessToken, sentAs }: Grant): Record<string, string> {
  return sentAs === 'cookie'
    ? { cookie: `${SESSION_COOKIE}=${accessToken}` }
    : { authorization: `Bearer ${accessToken}` };
}

const optionalText = lenient(z.string());
const User = z.object({
  id: identifier,
  name: optionalText,
  display_name: optionalText,
  email: optionalText,
});

function readUser(json: unknown): { subject: string; owner: Person } | undefined {
  const user = z.safeParse(User, json).data;
  if (user === undefined) return undefined;
  const { id: subject, display_name, name, email } = user;
  return { subject, owner: createPerson({ subject, names: [display_name, name], email }) };
}

/** Adom may rotate the session token when it returns the user. The session's expiry stays the same. */
function rotated(http: Http, grant: Grant, outcome: HttpOutcome): Grant {
  if (outcome.kind !== 'answer') return grant;
  const cookie = readSetCookie(
    outcome.headers,
    SESSION_COOKIE,
    serverTimeMs(outcome.headers) ?? http.clock.now(),
  );
  if (cookie === undefined) return grant;
  const accessToken = z.safeParse(bearerToken, percentDecoded(cookie)).data;
  if (accessToken === undefined)
    http.log.warn('user: the service has set a new session token that cannot be read. The old one stays.');
  return { ...grant, accessToken: accessToken ?? grant.accessToken };
}

/** Many servers encode the values of cookies. No token has a percent sign (RFC 6750 §2.1). */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The value that an answer sets a cookie to (RFC 6265 §4.1.1), without surrounding quotes. The last `Set-Cookie` for
 * the name wins. Undefined if there is none or the cookie is only deleted, and always in a browser, which hides
 * `Set-Cookie` from scripts. `nowMs` is the wall clock of the server, because ours may be wrong.
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
