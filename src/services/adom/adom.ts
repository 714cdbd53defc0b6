import * as z from 'zod/mini';

import { parseServer, servers } from '../../http/address.ts';
import { type HttpAnswer, type HttpOutcome, isPage } from '../../http/outcome.ts';
import { bearerToken, identifier, lenient, withoutUndefined } from '../../http/schema.ts';
import { type Http, type HttpRequest, send, sendWithRetries } from '../../http/send.ts';
import { failed } from '../../oauth/failure.ts';
import { createPerson, type Person } from '../person.ts';
import type {
  BeginResult,
  Grant,
  IdentifyResult,
  IdentityService,
  ServiceTexts,
  VerifyResult,
} from '../service.ts';
import { sendCheck, type ServiceCheck } from '../serviceCheck.ts';
import { createIntent } from './intent.ts';
import { readSetCookie } from './setCookie.ts';
import { type UpdatesMode, waitForIntent } from './updates.ts';

export interface AdomSettings {
  /** The setting `bapIdentity.adom.apiUrl`, as the person wrote it. */
  readonly apiUrl: string;
  /** Its default. */
  readonly defaultApiUrl: string;
  /** The life of a session, as the person wishes it. */
  readonly sessionMaxAgeSeconds: number;
  readonly updates: UpdatesMode;
}

/** The origin of the sign-in page, for a server that does not name the page. */
const BROWSER_SIDE = 'https://hydrogen.adom.inc';
const SESSION_COOKIE = 'session_token';
/** Few, because the sign-in succeeds without the user's data too. */
const USER_RETRIES = 2;

/**
 * Adom: the person completes an AuthenticationIntent in the browser, and Adom gives a session token (Adom's
 * AuthenticationIntent guide). `settings` is called when an operation starts. `texts` are shown to the
 * person.
 */
export function adom(http: Http, settings: () => AdomSettings, texts: ServiceTexts): IdentityService {
  return {
    id: 'adom',
    label: 'Adom',
    ...texts,
    defaultScopes: [],
    settingKeys: { server: 'bapIdentity.adom.apiUrl' },
    servers: () => servers(settings().apiUrl, settings().defaultApiUrl),
    begin: (scopes, signal) => begin(http, settings(), scopes, signal),
    identify: (grant, signal) => identify(http, grant, signal),
    verify: (grant, signal) => verify(http, grant, signal),
    revoke: async (grant, signal) => {
      const request = { name: 'logout', method: 'DELETE', url: `${grant.server}/auth/logout` } as const;
      await send(http, { ...request, headers: credentials(grant) }, signal);
    },
    check: (signal) => check(http, settings(), signal),
  };
}

async function begin(
  http: Http,
  settings: AdomSettings,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<BeginResult> {
  if (scopes.length > 0) return failed('noScopes');
  const server = parseServer(settings.apiUrl);
  if (server === undefined) return failed('badServerSetting');
  const created = await createIntent(http, server, BROWSER_SIDE, settings.sessionMaxAgeSeconds, signal);
  if (created.kind === 'failed') return created;
  const { intent } = created;
  return {
    kind: 'pending',
    pending: {
      ...withoutUndefined({ userCode: intent.confirmationCode }),
      browserUri: intent.authUrl,
      deadlineMs: intent.deadlineMs,
      wait: async (waitSignal, onContact) => {
        const result = await waitForIntent(http, intent, settings.updates, waitSignal, onContact);
        if (result.kind !== 'authenticated') return result;
        const expiresAtMs = result.receivedAtMs + intent.sessionMaxAgeSeconds * 1000;
        return { kind: 'granted', grant: { server, accessToken: result.sessionToken, expiresAtMs } };
      },
    },
  };
}

/** Sends the token as Bearer first, and after a 401 as a cookie, as some of Adom's own clients do. A browser cannot. */
async function identify(http: Http, grant: Grant, signal: AbortSignal): Promise<IdentifyResult> {
  for (const sentAs of ['bearer', 'cookie'] as const) {
    const tried: Grant = { ...grant, sentAs };
    const outcome = await sendWithRetries(http, user(tried), signal, USER_RETRIES);
    if (isRefused(outcome)) {
      if (http.inBrowser === true) return failed('needsCookie');
      continue;
    }
    const found = readPerson(outcome);
    if (found === undefined) return { kind: 'identified', person: unknownPerson(), grant: tried };
    return { kind: 'identified', person: found, grant: rotated(http, tried, outcome) };
  }
  return failed('grantRejected');
}

/** Any 401 of Adom means that the token is invalid. A 401 with an HTML page comes from a proxy. */
async function verify(http: Http, grant: Grant, signal: AbortSignal): Promise<VerifyResult> {
  const outcome = await send(http, user(grant), signal);
  if (isRefused(outcome)) return { kind: isPage(outcome.headers) ? 'unknown' : 'rejected' };
  if (readPerson(outcome) === undefined) return { kind: 'unknown' };
  return { kind: 'valid', grant: rotated(http, grant, outcome) };
}

/** Asks who is signed in without saying so: Adom answers 401. */
async function check(http: Http, { apiUrl }: AdomSettings, signal: AbortSignal): Promise<ServiceCheck> {
  const server = parseServer(apiUrl);
  if (server === undefined) return { answer: 'badServerSetting' };
  const request = { name: 'check', method: 'GET', url: `${server}/user` } as const;
  const isService = (answer: HttpAnswer): boolean => isRefused(answer) && !isPage(answer.headers);
  return (await sendCheck(http, request, signal, isService)).check;
}

/** Adom may give a new session token with the user. The end of the session stays. */
function rotated(http: Http, grant: Grant, outcome: HttpOutcome): Grant {
  if (outcome.kind !== 'answer') return grant;
  const cookie = readSetCookie(outcome.headers, SESSION_COOKIE, http.clock.now());
  const accessToken = z.safeParse(bearerToken, cookie).data ?? grant.accessToken;
  return { ...grant, accessToken };
}

function user(grant: Grant): HttpRequest {
  return { name: 'user', method: 'GET', url: `${grant.server}/user`, headers: credentials(grant) };
}

function isRefused(outcome: HttpOutcome): outcome is HttpAnswer {
  return outcome.kind === 'answer' && outcome.status === 401;
}

function credentials({ accessToken, sentAs }: Grant): Record<string, string> {
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

function readPerson(outcome: HttpOutcome): Person | undefined {
  const user = outcome.kind === 'answer' && outcome.status === 200 && z.safeParse(User, outcome.json).data;
  if (!user) return undefined;
  return createPerson({ subject: user.id, names: [user.display_name, user.name], email: user.email });
}

/** The service does not say who signed in: an account for this session alone. */
function unknownPerson(): Person {
  const id = `session-${crypto.randomUUID().slice(0, 8)}`;
  return { subject: id, accountId: id, accountLabel: id, name: id };
}
