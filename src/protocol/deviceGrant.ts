import * as z from 'zod/mini';

import { backOffMs, retryAfterMs } from './retry.ts';
import { pause } from '../base/clock.ts';
import { type Failed, failed } from './failure.ts';
import { type Http, isSuccess, send } from './http.ts';
import { code, nonEmpty, lenient, safeAddress, seconds } from './schema.ts';
import { readTokenAnswer, type TokenGrant } from './tokenAnswer.ts';

/** The two endpoints of a device authorization grant and who asks. */
export interface DeviceGrantClient {
  readonly codeUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
}

/** An open request for a grant (RFC 8628 §3.2). */
export interface DeviceAuthorization {
  /** Secret: whoever has it can take the token. */
  readonly deviceCode: string;
  /** What the person types in the browser. Shown, never logged. */
  readonly userCode: string;
  /** Where the person types it, byte for byte as the server sent it. */
  readonly verificationUri: string;
  /** The same with the code in it, where the server has one. Never built here: servers differ in the parameter. */
  readonly verificationUriComplete?: string;
  /** When the code ends, in milliseconds of the wall clock. */
  readonly deadlineMs: number;
  readonly intervalMs: number;
}

export type DeviceAuthorizationResult = { kind: 'pending'; authorization: DeviceAuthorization } | Failed;

export type DeviceGrantResult =
  { kind: 'granted'; grant: TokenGrant; receivedAtMs: number } | { kind: 'expired' } | Failed;

/** RFC 8628 §3.2: the interval where the server names none; §3.5: what slow_down adds. */
const DEFAULT_INTERVAL_SECONDS = 5;
const SLOW_DOWN_MS = 5_000;
/** On top of every interval, so that a clock that runs a little fast never earns a slow_down. */
const MARGIN_MS = 500;
/** No code is good for longer than this, whatever the server says: nothing may wait for ever. */
const LONGEST_LIFE_SECONDS = 3_600;

const CodeResponse = z.object({
  device_code: nonEmpty,
  user_code: code,
  verification_uri: safeAddress,
  verification_uri_complete: lenient(safeAddress),
  expires_in: seconds,
  interval: lenient(seconds),
});

/**
 * Asks for a device code and a user code (RFC 8628 §3.1, but as JSON: Sigma refuses a form). One request, no retry: the
 * person who started this is looking. Rejects only with `signal.reason`.
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
  const answer = isSuccess(outcome) && z.safeParse(CodeResponse, outcome.json);
  if (!answer || !answer.success) {
    // No code: the refusals are those of the token endpoint (§3.2 refers to RFC 6749 §5.2).
    const refusal = readTokenAnswer(outcome);
    const passing = refusal.kind === 'tooManyRequests' || refusal.kind === 'transientFailure';
    if (refusal.kind === 'failed') return refusal;
    return failed(passing ? 'unreachable' : 'notTheService');
  }
  const { device_code, user_code, verification_uri, verification_uri_complete, expires_in, interval } =
    answer.data;
  return {
    kind: 'pending',
    authorization: {
      deviceCode: device_code,
      userCode: user_code,
      verificationUri: verification_uri,
      ...(verification_uri_complete !== undefined && { verificationUriComplete: verification_uri_complete }),
      deadlineMs: http.clock.now() + Math.min(expires_in, LONGEST_LIFE_SECONDS) * 1000,
      intervalMs: (interval ?? DEFAULT_INTERVAL_SECONDS) * 1000,
    },
  };
}

/**
 * Polls until the person has decided or the code has ended (RFC 8628 §3.4, §3.5): one poll at a time, none after
 * the end. `onContact` hears whether the last poll got an answer. Rejects only with `signal.reason`, at once.
 */
export async function waitForDeviceGrant(
  http: Http,
  client: DeviceGrantClient,
  { deviceCode, deadlineMs, intervalMs }: DeviceAuthorization,
  signal: AbortSignal,
  onContact: (reached: boolean) => void,
): Promise<DeviceGrantResult> {
  const { clock } = http;
  const json = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
    client_id: client.clientId,
  };
  let interval = intervalMs;
  let delay = interval;
  let failures = 0;
  for (;;) {
    const dueMs = clock.now() + delay + MARGIN_MS;
    await pause(clock, Math.min(dueMs, deadlineMs) - clock.now(), signal);
    // The code ended while we waited, as it should. After a laptop's sleep the next poll is overdue as well:
    // the person may have approved meanwhile on a phone, so ask once more before giving up.
    if (deadlineMs < dueMs && clock.now() < dueMs) return { kind: 'expired' };

    const outcome = await send(
      http,
      { name: 'device token', method: 'POST', url: client.tokenUrl, json },
      signal,
    );
    const answer = readTokenAnswer(outcome);
    onContact(answer.kind !== 'transientFailure');
    failures = answer.kind === 'transientFailure' ? failures + 1 : 0;
    switch (answer.kind) {
      case 'granted':
        return { ...answer, receivedAtMs: clock.now() };
      case 'expired':
      case 'failed':
        return answer;
      case 'slowDown':
        interval += SLOW_DOWN_MS; // for this and all later polls
        delay = interval;
        break;
      case 'tooManyRequests':
      case 'pending':
        delay = interval;
        break;
      case 'transientFailure':
        delay = backOffMs(interval, failures);
        break;
    }
    // Whatever the answer, a server that names a time to wait means it (RFC 9110 §10.2.3).
    if (outcome.kind === 'answer') delay = Math.max(delay, retryAfterMs(outcome.headers, clock.now()) ?? 0);
    if (clock.now() >= deadlineMs) return { kind: 'expired' };
  }
}
