import { EventSource } from 'eventsource';

import { pause } from '../../base/clock.ts';
import { describeError } from '../../base/log.ts';
import { FETCH_DEFAULTS, type Http, MAX_BODY_BYTES, readResponse } from '../../http/send.ts';
import { type IntentStatus, readIntentStatus, readSessionToken } from './intent.ts';

/** `broken`: the stream ended without an answer, and a poll must find out the status. */
export type StreamResult = IntentStatus | { kind: 'broken' };

/** The server sends pings. A stream that is silent for longer is dead, even if the connection seems open. */
const MAX_SILENCE_MS = 45_000;

/**
 * Streams an intent's status until there is an answer, the stream breaks or is silent for 45 seconds, or `deadlineMs`
 * (wall clock) passes. Opens one connection, never reconnects, and has closed it when the promise settles. Calls
 * `onOpen` when the server starts to stream. Rejects only with `signal.reason`.
 */
export async function streamIntent(
  http: Http,
  statusUrl: string,
  deadlineMs: number,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<StreamResult> {
  signal.throwIfAborted();
  const { promise: answered, resolve } = Promise.withResolvers<StreamResult>();
  const settled = new AbortController();
  const ended = AbortSignal.any([signal, settled.signal]);
  let silence = new AbortController();
  const onData = (): void => {
    silence.abort();
    silence = new AbortController();
  };
  const untilSilent = async (): Promise<StreamResult> => {
    for (;;) {
      const wait = AbortSignal.any([ended, silence.signal]);
      try {
        await pause(http.clock, Math.min(MAX_SILENCE_MS, deadlineMs - http.clock.now()), wait);
        return { kind: 'broken' };
      } catch {
        ended.throwIfAborted(); // otherwise there was data, and the silence starts over
      }
    }
  };
  const source = new EventSource(statusUrl, {
    fetch: (_url, init: { signal: AbortSignal }) => open(http, statusUrl, init.signal, onData, resolve),
  });
  source.addEventListener('open', () => {
    http.log.debug('intent stream: open');
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
    const result = await Promise.race([answered, untilSilent()]);
    http.log.debug(`intent stream: ${result.kind}`);
    return result;
  } finally {
    settled.abort();
    source.close(); // EventSource has no option not to reconnect: after an error, this also stops its timer
  }
}

/**
 * Sends EventSource's request with the options of all our requests. A server that does not stream answers right away
 * with JSON, which EventSource would discard, so it is read here and resolved.
 */
async function open(
  http: Http,
  statusUrl: string,
  signal: AbortSignal,
  onData: () => void,
  resolve: (result: StreamResult) => void,
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (http.userAgent !== undefined) headers['user-agent'] = http.userAgent;
  try {
    const response = await http.fetch(statusUrl, { ...FETCH_DEFAULTS, headers, signal });
    onData();
    if (isStream(response)) return new Response(response.body.pipeThrough(meter(onData)), response);
    const status = readIntentStatus(await readResponse(response), http.clock.now());
    // A poll finds out what any other answer means.
    resolve(status.kind === 'failed' ? { kind: 'broken' } : status);
    return response;
  } catch (error) {
    if (!signal.aborted) http.log.debug(`intent stream: ${describeError(error)}`);
    resolve({ kind: 'broken' });
    throw error;
  }
}

function isStream(response: Response): response is Response & { body: ReadableStream<Uint8Array> } {
  const type = response.headers.get('content-type') ?? '';
  return response.status === 200 && response.body !== null && /^\s*text\/event-stream\s*(;|$)/i.test(type);
}

/**
 * Reports every chunk, because EventSource does not report pings, and breaks a stream of more than MAX_BODY_BYTES,
 * because EventSource limits only single events.
 */
function meter(onData: () => void): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      onData();
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) controller.terminate();
      else controller.enqueue(chunk);
    },
  });
}

/** Malformed data counts as broken: the server has an answer, and a poll can get it. */
function readAuthenticated(data: unknown): StreamResult {
  try {
    const sessionToken = typeof data === 'string' ? readSessionToken(JSON.parse(data)) : undefined;
    return sessionToken === undefined ? { kind: 'broken' } : { kind: 'authenticated', sessionToken };
  } catch {
    return { kind: 'broken' };
  }
}
