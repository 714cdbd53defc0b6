import { EventSource } from 'eventsource';
import * as z from 'zod/mini';

import { pause } from '../../base/clock.ts';
import { parseJson } from '../../base/json.ts';
import { describeError } from '../../base/log.ts';
import { letArrive } from '../../base/timeLimit.ts';
import type { HttpOutcome } from '../../http/outcome.ts';
import { LAST_POLL_MS } from '../../http/retry.ts';
import { FETCH_DEFAULTS, type Http, readResponse } from '../../http/send.ts';
import { type IntentStatus, readIntentStatus, readSessionToken } from './intent.ts';

export type StreamResult =
  | IntentStatus
  /** The stream ended without an answer, and a poll must find out the status. */
  | { kind: 'broken' }
  /** The same, and it carried nothing, not even a ping: an intermediary lets it open and then swallows it. */
  | { kind: 'mute' };

/** What a caller learns before the result. */
export interface StreamEvents {
  /** The server starts to stream. */
  readonly onOpen: () => void;
  /** Something gives an ordinary answer instead. */
  readonly onAnswer: (outcome: HttpOutcome) => void;
}

/** The server sends pings. A stream that is silent for longer is dead, even if the connection seems open. */
const MAX_SILENCE_MS = 45_000;
/** EventSource limits only single events. A stream carries a few pings and one event. */
const MAX_STREAM_BYTES = 1024 * 1024;

/**
 * Streams an intent's status until there is an answer, the stream breaks or is silent for 45 seconds, or `deadlineMs`
 * (wall clock) passes; a mute one ends early enough for a poll before the deadline. Opens one connection, never
 * reconnects, and has closed it when the promise settles. Rejects only with `signal.reason`.
 */
export async function streamIntent(
  http: Http,
  statusUrl: string,
  deadlineMs: number,
  signal: AbortSignal,
  { onOpen, onAnswer }: StreamEvents,
): Promise<StreamResult> {
  signal.throwIfAborted();
  const { promise: answered, resolve } = Promise.withResolvers<StreamResult>();
  const settled = new AbortController();
  const over = AbortSignal.any([signal, settled.signal]);
  let silence = new AbortController();
  const state = { isOpen: false, hasCarried: false };
  const onData = (): void => {
    silence.abort();
    silence = new AbortController();
  };
  const onChunk = (): void => {
    state.hasCarried = true;
    onData();
  };
  const untilSilent = async (): Promise<StreamResult> => {
    for (;;) {
      const wait = AbortSignal.any([over, silence.signal]);
      try {
        const endMs = deadlineMs - (state.hasCarried ? 0 : LAST_POLL_MS);
        const dueMs = Math.min(http.clock.now() + MAX_SILENCE_MS, endMs);
        await pause(http.clock, dueMs - http.clock.now(), wait);
        await letArrive(http.clock, dueMs, wait);
        return { kind: 'broken' };
      } catch {
        over.throwIfAborted(); // otherwise there was data, and the silence starts over
      }
    }
  };
  const source = new EventSource(statusUrl, {
    fetch: (_url, init: { signal: AbortSignal }) =>
      open(http, statusUrl, init.signal, { onData, onChunk, onAnswer, resolve }),
  });
  source.addEventListener('open', () => {
    http.log.debug('intent stream: open');
    state.isOpen = true;
    onOpen();
  });
  source.addEventListener('authenticated', ({ data }) => {
    resolve(readAuthenticated(data));
  });
  source.addEventListener('timeout', () => {
    resolve({ kind: 'expired' });
  });
  source.addEventListener('error', () => {
    resolve({ kind: 'broken' });
  });
  try {
    const ended = await Promise.race([answered, untilSilent()]);
    const isMute = ended.kind === 'broken' && state.isOpen && !state.hasCarried;
    const result: StreamResult = isMute ? { kind: 'mute' } : ended;
    http.log.debug(`intent stream: ${result.kind}`);
    return result;
  } finally {
    settled.abort();
    source.close(); // EventSource has no option not to reconnect: after an error, this also stops its timer
  }
}

interface Listeners extends Pick<StreamEvents, 'onAnswer'> {
  readonly onData: () => void;
  readonly onChunk: () => void;
  readonly resolve: (result: StreamResult) => void;
}

/**
 * Sends EventSource's request with the options of all our requests. A server that does not stream answers right away
 * with JSON, which EventSource would discard, so it is read here and resolved.
 */
async function open(
  http: Http,
  statusUrl: string,
  signal: AbortSignal,
  { onData, onChunk, onAnswer, resolve }: Listeners,
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (http.userAgent !== undefined) headers['user-agent'] = http.userAgent;
  try {
    const response = await http.fetch(statusUrl, { ...FETCH_DEFAULTS, headers, signal });
    onData();
    if (isStream(response)) return new Response(response.body.pipeThrough(meter(onChunk)), response);
    const outcome = await readResponse(response);
    onAnswer(outcome);
    const status = readIntentStatus(outcome);
    resolve(isUnclear(status) ? { kind: 'broken' } : status);
    return response;
  } catch (error) {
    if (!signal.aborted) http.log.debug(`intent stream: ${describeError(error)}`);
    resolve({ kind: 'broken' });
    throw error;
  }
}

/** A poll finds out at once what the answer means, unless a service in trouble needs a pause first. */
function isUnclear(status: IntentStatus): boolean {
  if (status.kind !== 'disturbance') return status.kind === 'failed';
  return status.problem !== 'busy' && status.problem !== 'serverFault';
}

function isStream(response: Response): response is Response & { body: ReadableStream<Uint8Array> } {
  const type = response.headers.get('content-type') ?? '';
  return response.status === 200 && response.body !== null && /^\s*text\/event-stream\s*(;|$)/i.test(type);
}

/**
 * Reports every chunk, because EventSource does not report pings, and breaks a stream of more than MAX_STREAM_BYTES.
 */
function meter(onChunk: () => void): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      onChunk();
      bytes += chunk.byteLength;
      if (bytes > MAX_STREAM_BYTES) controller.terminate();
      else controller.enqueue(chunk);
    },
  });
}

/** Malformed data counts as broken: the server has an answer, and a poll can get it. */
function readAuthenticated(data: unknown): StreamResult {
  const json = typeof data === 'string' ? parseJson(z.unknown(), data) : undefined;
  const sessionToken = readSessionToken(json);
  return sessionToken === undefined ? { kind: 'broken' } : { kind: 'authenticated', sessionToken };
}
