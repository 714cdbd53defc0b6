import { pause } from '../../base/clock.ts';
import { backOffMs, type Http, send } from '../../http/send.ts';
import type { Failed } from '../../oauth/failure.ts';
import { type Intent, type IntentStatus, readIntentStatus } from './intent.ts';
import { type StreamResult, streamIntent } from './stream.ts';

/** How to learn the user's decision. `auto` prefers a stream, and polls while there is none. */
export type UpdatesMode = 'auto' | 'stream' | 'poll';

export type IntentResult =
  { kind: 'authenticated'; sessionToken: string; receivedAtMs: number } | { kind: 'expired' } | Failed;

/** As in Adom's own client and the example in Adom's AuthenticationIntent guide. */
const POLL_INTERVAL_MS = 2_000;
/** While `auto` polls, it retries the stream this often: the network may have failed only once. */
const STREAM_RETRY_MS = 60_000;

/**
 * Waits until the user has decided or the intent has expired. Runs one stream or one poll at a time, never both, so
 * that the token is retrieved once. Polls right after a broken stream, because the token may have been lost with it:
 * a later poll of the same intent returns it again (Adom's AuthenticationIntent guide). Calls `onContact` with whether
 * the service could be reached. Rejects only with `signal.reason`, immediately.
 */
export async function waitForIntent(
  http: Http,
  { statusUrl, deadlineMs }: Intent,
  mode: UpdatesMode,
  signal: AbortSignal,
  onContact: (reached: boolean) => void,
): Promise<IntentResult> {
  const { clock } = http;
  const poll = async (): Promise<IntentStatus> => {
    const request = { name: 'intent status', method: 'GET', url: statusUrl } as const;
    return readIntentStatus(await send(http, request, signal), clock.now());
  };
  const stream = (): Promise<StreamResult> =>
    streamIntent(http, statusUrl, deadlineMs, signal, () => {
      onContact(true);
    });
  let pollNext = false;
  let streamAgainAtMs = clock.now();
  const streamIsDue = (): boolean => {
    if (mode === 'auto') return clock.now() >= streamAgainAtMs;
    return mode === 'stream' && !pollNext;
  };
  let delay = mode === 'poll' ? POLL_INTERVAL_MS : 0;
  let failures = 0;
  let brokenStreams = 0;
  for (;;) {
    await pause(clock, Math.min(delay, deadlineMs - clock.now()), signal);
    const last = clock.now() >= deadlineMs;
    const streaming = !last && streamIsDue();
    const status = streaming ? await stream() : await poll();
    if (status.kind !== 'broken') onContact(status.kind !== 'transientFailure');
    switch (status.kind) {
      case 'authenticated':
        return { ...status, receivedAtMs: clock.now() };
      case 'expired':
      case 'failed':
        return status;
      case 'broken':
        delay = 0;
        break;
      case 'pending':
        failures = 0;
        delay = POLL_INTERVAL_MS;
        break;
      case 'transientFailure':
        failures += 1;
        delay = Math.max(status.waitMs, backOffMs(POLL_INTERVAL_MS, failures));
        break;
    }
    if (last) return { kind: 'expired' };
    if (streaming) {
      brokenStreams += 1;
      streamAgainAtMs = clock.now() + STREAM_RETRY_MS;
    }
    pollNext = streaming && status.kind !== 'transientFailure';
    if (mode === 'stream' && !pollNext) delay = Math.max(delay, backOffMs(POLL_INTERVAL_MS, brokenStreams));
  }
}
