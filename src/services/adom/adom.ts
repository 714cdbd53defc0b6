import * as z from 'zod/mini';

import { parseServer, servers } from '../../http/address.ts';
import { isBlockedByBrowser } from '../../http/crossOrigin.ts';
import { type HttpAnswer, isPage, isSuccess } from '../../http/outcome.ts';
import { safeAddress, userCode, withoutUndefined } from '../../http/schema.ts';
import { type Http, send } from '../../http/send.ts';
import { failed } from '../../oauth/failure.ts';
import { judge } from '../../oauth/judge.ts';
import type {
  BeginResult,
  Grant,
  IdentityService,
  PendingSignIn,
  RevokeResult,
  ServiceTexts,
} from '../service.ts';
import { sendCheck, type ServiceCheck } from '../serviceCheck.ts';
import { createIntent, type Intent } from './intent.ts';
import { type UpdatesMode, waitForIntent } from './updates.ts';
import { canSend, credentials, identify, verify } from './user.ts';

export interface AdomSettings {
  /** The setting `bapIdentity.adom.apiUrl`, as the user wrote it. */
  readonly apiUrl: string;
  /** Adom's public server, which the setting names by default. */
  readonly defaultApiUrl: string;
  /** The session lifetime to ask for, in seconds. */
  readonly sessionMaxAgeSeconds: number;
  readonly updates: UpdatesMode;
}

/** The origin of the sign-in page, for a server that does not name the page. */
const BROWSER_SIDE = 'https://hydrogen.adom.inc';

/**
 * Adom: the user completes an AuthenticationIntent in the browser, and Adom issues a session token (Adom's
 * AuthenticationIntent guide). `settings` is read at the start of each operation.
 */
export function adom(http: Http, settings: () => AdomSettings, texts: ServiceTexts): IdentityService {
  return {
    id: 'adom',
    label: 'Adom',
    ...texts,
    tokenVariable: 'ADOMPKG_TOKEN',
    defaultScopes: [],
    settingKeys: { server: 'bapIdentity.adom.apiUrl' },
    servers: () => servers(settings().apiUrl, settings().defaultApiUrl),
    begin: (scopes, signal) => begin(http, settings(), scopes, signal),
    resume: (toResume, deadlineMs) => resume(http, settings(), toResume, deadlineMs),
    identify: (grant, signal, options) => identify(http, grant, signal, options),
    verify: (grant, signal, subject) => verify(http, grant, signal, subject),
    revoke: (grant, signal) => revoke(http, grant, signal),
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
  return { kind: 'pending', pending: pendingSignIn(http, settings, server, created.intent) };
}

/** What is stored of a pending sign-in. */
const ToResume = z.object({
  server: z.string(),
  authUrl: safeAddress,
  statusUrl: safeAddress,
  confirmationCode: z.exactOptional(userCode),
  sessionMaxAgeSeconds: z.number(),
});

function resume(
  http: Http,
  settings: AdomSettings,
  toResume: unknown,
  deadlineMs: number,
): PendingSignIn | undefined {
  const saved = z.safeParse(ToResume, toResume).data;
  if (saved === undefined) return undefined;
  const { server, ...intent } = saved;
  return pendingSignIn(http, settings, server, { ...intent, deadlineMs });
}

function pendingSignIn(http: Http, settings: AdomSettings, server: string, intent: Intent): PendingSignIn {
  const { deadlineMs, ...rest } = intent;
  return {
    ...withoutUndefined({ userCode: intent.confirmationCode }),
    browserUri: intent.authUrl,
    deadlineMs,
    toResume: { server, ...rest } satisfies z.infer<typeof ToResume>,
    wait: async (signal, onContact, interruption) => {
      const result = await waitForIntent(http, intent, settings.updates, signal, onContact, interruption);
      if (result.kind !== 'authenticated') return result;
      const expiresAtMs = result.receivedAtMs + intent.sessionMaxAgeSeconds * 1000;
      return { kind: 'granted', grant: { server, accessToken: result.sessionToken, expiresAtMs } };
    },
  };
}

/** Only a rejected token proves that the session has ended: Adom's answer to a logout has no body. */
async function revoke(http: Http, grant: Grant, signal: AbortSignal): Promise<RevokeResult> {
  if (!canSend(http, grant)) return { kind: 'unanswered' };
  const request = { name: 'logout', method: 'DELETE', url: `${grant.server}/auth/logout` } as const;
  const outcome = await send(http, { ...request, headers: credentials(grant) }, signal);
  if (judge(outcome, 'status').kind === 'tokenRejected') return { kind: 'ended' };
  if (!isSuccess(outcome) || isPage(outcome.headers)) {
    const isBlocked = await isBlockedByBrowser(http, outcome, grant.server, signal);
    return { kind: isBlocked ? 'refused' : 'unanswered' };
  }
  const { kind } = await verify(http, grant, signal);
  if (kind === 'unknown') return { kind: 'unanswered' };
  return { kind: kind === 'rejected' ? 'ended' : 'refused' };
}

/** Asks for the user without a token: Adom answers 401. */
async function check(http: Http, { apiUrl }: AdomSettings, signal: AbortSignal): Promise<ServiceCheck> {
  const server = parseServer(apiUrl);
  if (server === undefined) return { answer: 'badServerSetting' };
  const request = { name: 'check', method: 'GET', url: `${server}/user` } as const;
  const isService = (answer: HttpAnswer): boolean => judge(answer, 'status').kind === 'tokenRejected';
  return (await sendCheck(http, request, signal, isService)).check;
}
