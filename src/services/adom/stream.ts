import { EventSource } from 'eventsource';

import { pause } from '../../base/clock.ts';
import { describeError } from '../../base/log.ts';
import { FETCH_DEFAULTS, type Http, MAX_BODY_BYTES, readResponse } from '../../http/send.ts';
import { type IntentStatus, readIntentStatus, readSessionToken } from './intent.ts';

/** What one stream led to. `broken`: it ended without an answer, and a poll must find out the status. */
export type StreamResult = IntentStatus | { kind: 'broken' };

/** The server sends pings. A stream that is silent for longer is dead, even if the connection seems open. */
const MAX_SILENCE_MS = 45_000;

/**
 * Listens to the stream of an intent's status until it gives an answer, breaks, is silent for 45 seconds, or
 * the deadline comes. Opens one connection and never reconnects. The connection is closed when the promise
 * settles. Calls `onOpen` when the server starts to stream. Rejects only with `signal.reason`.
 */
export async function streamIntent(
  http: Http,
  statusUrl: string,
  deadlineMs: number,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<StreamResult> {
  signal.throwIfAborted();
  const settled = new AbortController();
  const connection = AbortSignal.any([signal, settled.signal]);
  let silence = new AbortController();
  const heard = (): void => {
    silence.abort();
    silence = new AbortController();
  };
  const untilSilent = async (): Promise<StreamResult> => {
    for (;;) {
      const wait = AbortSignal.any([connection, silence.signal]);
      try {
        await pause(http.clock, Math.min(MAX_SILENCE_MS, deadlineMs - http.clock.now()), wait);
        return { kind: 'broken' };
      } catch {
        connection.throwIfAborted(); // otherwise something was heard, and the silence starts again
      }
    }
  };
  try {
    const streamed = await Promise.race([listen(http, statusUrl, connection, onOpen, heard), untilSilent()]);
    http.log.debug(`intent stream: ${streamed.kind}`);
    return streamed;
  } finally {
    settled.abort();
  }
}

/** Opens the stream and gives its first answer. Rejects only with `signal.reason`. */
async function listen(
  http: Http,
  statusUrl: string,
  signal: AbortSignal,
  onOpen: () => void,
  heard: () => void,
): Promise<StreamResult> {
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (http.userAgent !== undefined) headers['user-agent'] = http.userAgent;
    const response = await http.fetch(statusUrl, { ...FETCH_DEFAULTS, headers, signal });
    heard();
    if (isStream(response)) {
      http.log.debug('intent stream: open');
      onOpen();
      const body = response.body.pipeThrough(meter(heard));
      return await readEvents(statusUrl, new Response(body, { headers: response.headers }), signal);
    }
    // A server that does not stream answers at once with JSON. A poll finds out what any other answer means.
    const status = readIntentStatus(await readResponse(response), http.clock.now());
    return status.kind === 'failed' ? { kind: 'broken' } : status;
  } catch (error) {
    signal.throwIfAborted();
    http.log.debug(`intent stream: ${describeError(error)}`);
    return { kind: 'broken' };
  }
}

/**
 * Gives the first event that says something about the intent. EventSource gets the response that is open
 * already, and is closed when the signal aborts: otherwise it would try to reconnect.
 */
function readEvents(statusUrl: string, response: Response, signal: AbortSignal): Promise<StreamResult> {
  signal.throwIfAborted();
  return new Promise((resolve) => {
    const source = new EventSource(statusUrl, { fetch: () => Promise.resolve(response) });
    signal.addEventListener('abort', () => {
      source.close();
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
  });
}

function isStream(response: Response): response is Response & { body: ReadableStream<Uint8Array> } {
  const type = response.headers.get('content-type') ?? '';
  return response.status === 200 && response.body !== null && /^\s*text\/event-stream\s*(;|$)/i.test(type);
}

/**
 * Reports every chunk, because EventSource does not report pings. Breaks a stream of more than
 * MAX_BODY_BYTES.
 */
function meter(heard: () => void): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      heard();
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
