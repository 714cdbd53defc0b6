import { pause } from '../../base/clock.ts';
import { type Interruption, NO_INTERRUPTION } from '../../base/interruption.ts';
import type { HttpOutcome } from '../../http/outcome.ts';
import { backOffMs, nextPollMs, retryAfterMs } from '../../http/retry.ts';
import { type Http, send } from '../../http/send.ts';
import { type Contact, contactOf } from '../../oauth/judge.ts';
import type { Failed } from '../../oauth/failure.ts';
import { type Intent, type IntentStatus, readIntentStatus } from './intent.ts';
import { streamIntent } from './stream.ts';

/** How to learn the user's decision. `auto` prefers a stream, and polls while there is none. */
export type UpdatesMode = 'auto' | 'stream' | 'poll';

export type IntentResult =
  { kind: 'authenticated'; sessionToken: string; receivedAtMs: number } | { kind: 'expired' } | Failed;

/** As in Adom's own client and the example in Adom's AuthenticationIntent guide. */
const POLL_INTERVAL_MS = 2_000;
/** While `auto` polls, it retries the stream this often: the network may have failed only once. */
const STREAM_RETRY_MS = 60_000;
/** After this many streams in a row that carried nothing, an intermediary swallows them. */
const MUTE_STREAMS = 2;
/** How often to retry the stream then: an approval during a stream that is swallowed is noticed late. */
const MUTE_RETRY_MS = 5 * 60_000;
/** Intermediaries that cut off every stream after a while do so later. What ends a stream sooner has refused it. */
const BRIEF_STREAM_MS = 25_000;

/**
 * Waits until the user has decided or the intent has expired. Runs one stream or one poll at a time, never both, so
 * that the token is retrieved once. Polls right after a broken stream, because the token may have been lost with it: a
 * later poll of the same intent returns it again (Adom's AuthenticationIntent guide). The intent came from the service,
 * so only the service's own answer ends the wait: anything else backs off. Calls `onContact` after each answer. Rejects
 * immediately when it is canceled or interrupted, with the reason of that signal.
 */
export async function waitForIntent(
  http: Http,
  { statusUrl, deadlineMs }: Intent,
  mode: UpdatesMode,
  canceled: AbortSignal,
  onContact: (contact: Contact) => void,
  interruption: Interruption = NO_INTERRUPTION,
): Promise<IntentResult> {
  const { clock } = http;
  // A token whose answer is lost can be had again, so nothing has to be finished.
  const signal = AbortSignal.any([canceled, interruption.signal]);
  let askedToWaitMs = 0;
  const onAnswer = (outcome: HttpOutcome): void => {
    askedToWaitMs = retryAfterMs(outcome, clock.now());
  };
  const poll = async (): Promise<IntentStatus> => {
    const request = { name: 'intent status', method: 'GET', url: statusUrl } as const;
    const outcome = await send(http, request, signal);
    onAnswer(outcome);
    return readIntentStatus(outcome);
  };
  const onOpen = (): void => {
    onContact({ kind: 'service' });
  };
  let pollNext = false;
  let streamAgainAtMs = clock.now();
  let muteStreams = 0;
  const streamIsDue = (): boolean => {
    if (mode === 'auto' || muteStreams >= MUTE_STREAMS) return clock.now() >= streamAgainAtMs;
    return !pollNext;
  };
  let delay = mode === 'poll' ? POLL_INTERVAL_MS : 0;
  let failures = 0;
  let briefStreams = 0;
  for (;;) {
    const dueMs = nextPollMs(clock.now(), delay, POLL_INTERVAL_MS, deadlineMs);
    await pause(clock, Math.min(dueMs, deadlineMs) - clock.now(), signal);
    await interruption.check();
    const last = clock.now() >= deadlineMs;
    const streaming = mode !== 'poll' && !last && streamIsDue();
    const askedAtMs = clock.now();
    const status = streaming
      ? await streamIntent(http, statusUrl, deadlineMs, signal, { onOpen, onAnswer })
      : await poll();
    if (status.kind !== 'broken' && status.kind !== 'mute')
      onContact(contactOf(status.kind === 'disturbance' ? status : undefined, statusUrl));
    switch (status.kind) {
      case 'authenticated':
        return { ...status, receivedAtMs: clock.now() };
      case 'expired':
      case 'failed':
        return status;
      case 'broken':
      case 'mute':
        delay = 0;
        break;
      case 'pending':
        failures = 0;
        delay = POLL_INTERVAL_MS;
        break;
      case 'disturbance':
        failures += 1;
        delay = backOffMs(POLL_INTERVAL_MS, failures);
        break;
    }
    delay = Math.max(delay, askedToWaitMs);
    askedToWaitMs = 0;
    if (last) return { kind: 'expired' };
    if (streaming) {
      briefStreams = clock.now() - askedAtMs < BRIEF_STREAM_MS ? briefStreams + 1 : 0;
      muteStreams = status.kind === 'mute' ? muteStreams + 1 : 0;
      streamAgainAtMs = clock.now() + (muteStreams < MUTE_STREAMS ? STREAM_RETRY_MS : MUTE_RETRY_MS);
    }
    pollNext = streaming && status.kind !== 'disturbance';
    if (mode === 'stream' && !pollNext && muteStreams < MUTE_STREAMS)
      delay = Math.max(delay, backOffMs(POLL_INTERVAL_MS, briefStreams));
  }
}
