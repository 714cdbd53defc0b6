import * as z from 'zod/mini';

import { pause } from '../base/clock.ts';
import { type Interruption, NO_INTERRUPTION } from '../base/interruption.ts';
import { backOffMs, nextPollMs, retryAfterMs } from '../http/retry.ts';
import { lenient, nonEmpty, safeAddress, secondsOrText, userCode, withoutUndefined } from '../http/schema.ts';
import { type Http, send } from '../http/send.ts';
import { CodeExchange, type TokenEndpoints } from './codeExchange.ts';
import { type Contact, contactOf, disturbanceOf, judge } from './judge.ts';
import { type Failed, failureOf } from './failure.ts';
import type { TokenGrant } from './tokenResponse.ts';

/** The endpoints of the device authorization grant (RFC 8628), and the client ID that we use there. */
export interface DeviceGrantClient extends TokenEndpoints {
  readonly codeUrl: string;
}

/** A pending device authorization (RFC 8628 §3.2). */
export interface DeviceAuthorization {
  /** A secret: it can be exchanged for the token. */
  readonly deviceCode: string;
  /** The code that the user types in the browser. Shown, never logged. */
  readonly userCode: string;
  /** The page where the user types the code, exactly as the server sent it. */
  readonly verificationUri: string;
  /** The same page with the code filled in, if the server sent one. Never built here: parameter names vary. */
  readonly verificationUriComplete?: string;
  /** When the code expires, in milliseconds of the wall clock. */
  readonly deadlineMs: number;
  readonly intervalMs: number;
}

export type DeviceAuthorizationResult = { kind: 'pending'; authorization: DeviceAuthorization } | Failed;

export type DeviceGrantResult =
  { kind: 'granted'; grant: TokenGrant; receivedAtMs: number } | { kind: 'expired' } | Failed;

/** The default interval (RFC 8628 §3.2). */
const DEFAULT_INTERVAL_SECONDS = 5;
/** `slow_down` adds this to the interval (RFC 8628 §3.5). */
const SLOW_DOWN_MS = 5_000;
/** Added to every interval. Without it, a slightly fast clock would get a `slow_down`. */
const MARGIN_MS = 500;
/** A sign-in waits an hour at most, whatever the server says. */
export const MAX_CODE_LIFETIME_MS = 60 * 60_000;

const CodeResponse = z.object({
  device_code: nonEmpty,
  user_code: userCode,
  verification_uri: safeAddress,
  verification_uri_complete: lenient(safeAddress),
  expires_in: secondsOrText,
  interval: lenient(secondsOrText),
});

/**
 * Requests a device code and a user code (RFC 8628 §3.1, but as JSON, because Sigma rejects forms). Does not retry: the
 * user is waiting and can start over. Rejects only with `signal.reason`.
 */
export async function requestDeviceAuthorization(
  http: Http,
  client: DeviceGrantClient,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<DeviceAuthorizationResult> {
  const json = { client_id: client.clientId, ...(scopes.length > 0 && { scope: scopes.join(' ') }) };
  const outcome = await send(
    http,
    { name: 'device code', method: 'POST', url: client.codeUrl, json },
    signal,
  );
  const judged = judge(outcome, 'oauth');
  // Errors are those of the token endpoint (RFC 8628 §3.2 refers to RFC 6749 §5.2).
  if (judged.kind === 'failed') return judged;
  const answer = z.safeParse(CodeResponse, judged.kind === 'data' ? judged.json : undefined);
  if (!answer.success)
    return failureOf((judged.kind === 'disturbance' ? judged : disturbanceOf(outcome)).problem);
  const { device_code, user_code, verification_uri, verification_uri_complete, expires_in, interval } =
    answer.data;
  return {
    kind: 'pending',
    authorization: withoutUndefined({
      deviceCode: device_code,
      userCode: user_code,
      verificationUri: verification_uri,
      verificationUriComplete: verification_uri_complete,
      deadlineMs: http.clock.now() + Math.min(expires_in * 1000, MAX_CODE_LIFETIME_MS),
      intervalMs: (interval ?? DEFAULT_INTERVAL_SECONDS) * 1000,
    }),
  };
}

/**
 * Polls until the user has decided or the code has expired (RFC 8628 §3.4, §3.5). Sends one poll at a time, and none
 * after the final answer: a later poll can revoke the grant. The code came from the service, so from here on only the
 * service's own answer ends the wait: anything else backs off. Calls `onContact` after each poll. Rejects with
 * `signal.reason` immediately. Rejects also when it is interrupted, but waits for the answer of a poll in flight first.
 */
export async function waitForDeviceGrant(
  http: Http,
  client: DeviceGrantClient,
  { deviceCode, deadlineMs, intervalMs }: DeviceAuthorization,
  signal: AbortSignal,
  onContact: (contact: Contact) => void,
  interruption: Interruption = NO_INTERRUPTION,
): Promise<DeviceGrantResult> {
  const { clock } = http;
  const pausing = AbortSignal.any([signal, interruption.signal]);
  const exchange = new CodeExchange(client, deviceCode, http.log);
  let interval = intervalMs;
  let delay = interval;
  let failures = 0;
  for (;;) {
    const dueMs = nextPollMs(clock.now(), delay + MARGIN_MS, interval + MARGIN_MS, deadlineMs);
    await pause(clock, Math.min(dueMs, deadlineMs) - clock.now(), pausing);
    // If the next poll is overdue, too, the laptop was asleep. The user may have approved on a phone, so poll once
    // more.
    if (deadlineMs < dueMs && clock.now() < dueMs) return { kind: 'expired' };
    await interruption.check();

    const request = exchange.request();
    const outcome = await send(http, request, signal);
    const answer = exchange.read(outcome);
    onContact(contactOf(answer.kind === 'disturbance' ? answer : undefined, request.url));
    failures = answer.kind === 'disturbance' ? failures + 1 : 0;
    switch (answer.kind) {
      case 'granted':
        return { ...answer, receivedAtMs: clock.now() };
      case 'expired':
      case 'failed':
        return answer;
      case 'tokenRejected': // says nothing about a code
      case 'pending':
      case 'disturbance':
        break;
      case 'slowDown': // for all later polls
        interval = Math.max(interval + SLOW_DOWN_MS, answer.intervalMs ?? 0);
        break;
    }
    // Without a failure, the back-off is the interval itself.
    delay = Math.max(backOffMs(interval, failures), retryAfterMs(outcome, clock.now()));
  }
}
