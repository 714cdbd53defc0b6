import { EventSource, type FetchLike } from 'eventsource';

import { pause } from '../base/clock.ts';
import { FETCH_DEFAULTS, type Http, MAX_BODY_BYTES, readResponse } from './http.ts';
import { type IntentStatus, readIntentStatus, readSessionToken } from './intentStatus.ts';

/** What came over a stream: a status, or nothing to rely on. */
export type Streamed = IntentStatus | { kind: 'broken' };

/** The server pings; a stream that is quiet for longer is dead, whatever the connection says. */
const SILENCE_MS = 45_000;

/**
 * Listens to an intent's stream until it tells the end, breaks, goes silent or the deadline comes. One connection:
 * whether to open another is the caller's to say. Closed when this settles. `onOpen` hears that it streams. Rejects
 * only with `signal.reason`.
 */
export async function streamIntent(
  http: Http,
  statusUrl: string,
  deadlineMs: number,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<Streamed> {
  signal.throwIfAborted();
  const { clock } = http;
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const told = Promise.withResolvers<Streamed>();
  let beat = new AbortController();
  const heard = (): void => {
    beat.abort();
    beat = new AbortController();
  };
  let asked = false;

  const fetchOnce: FetchLike = async (_url, init) => {
    // EventSource opens a lost stream again by itself, for ever; here once is all it gets.
    if (asked) throw new Error('one stream, one connection');
    asked = true;
    const headers: Record<string, string> = { ...init.headers };
    if (http.userAgent !== undefined) headers['user-agent'] = http.userAgent;
    const response = await http.fetch(statusUrl, { ...FETCH_DEFAULTS, headers, signal: stop });
    heard();
    if (isStream(response)) {
      http.log.debug('intent stream: open');
      onOpen();
      return {
        ...{ status: response.status, headers: response.headers, url: '', redirected: false },
        body: response.body.pipeThrough(meter(heard)),
      };
    }
    // Without streaming the server answers at once with JSON; anything else is for a poll to find out.
    const status = readIntentStatus(await readResponse(response), clock.now());
    told.resolve(status.kind === 'failed' ? { kind: 'broken' } : status);
    return { status: 204, headers: new Headers(), body: null, url: '', redirected: false };
  };
  const source = new EventSource(statusUrl, { fetch: fetchOnce });
  source.addEventListener('authenticated', ({ data }) => {
    told.resolve(readAuthenticated(data));
  });
  source.addEventListener('timeout', () => {
    told.resolve({ kind: 'expired' });
  });
  source.addEventListener('error', () => {
    told.resolve({ kind: 'broken' });
  });

  const untilSilent = async (): Promise<Streamed> => {
    for (;;) {
      const quiet = AbortSignal.any([stop, beat.signal]);
      try {
        await pause(clock, Math.min(SILENCE_MS, deadlineMs - clock.now()), quiet);
        return { kind: 'broken' };
      } catch {
        stop.throwIfAborted(); // else something was heard: the silence begins anew
      }
    }
  };
  try {
    const streamed = await Promise.race([told.promise, untilSilent()]);
    http.log.debug(`intent stream: ${streamed.kind}`);
    return streamed;
  } finally {
    source.close();
    over.abort();
  }
}

function isStream(response: Response): response is Response & { body: ReadableStream<Uint8Array> } {
  const type = response.headers.get('content-type') ?? '';
  return response.status === 200 && response.body !== null && /^\s*text\/event-stream\s*(;|$)/i.test(type);
}

/** Notices every byte, pings too, which EventSource keeps to itself; and ends a stream that pours. */
function meter(heard: () => void): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      heard();
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) controller.error(new Error('stream too large'));
      else controller.enqueue(chunk);
    },
  });
}

/** Malformed or empty: the server has something to say, and a poll will get it. */
function readAuthenticated(data: unknown): Streamed {
  try {
    const sessionToken = typeof data === 'string' ? readSessionToken(JSON.parse(data)) : undefined;
    return sessionToken === undefined ? { kind: 'broken' } : { kind: 'authenticated', sessionToken };
  } catch {
    return { kind: 'broken' };
  }
}
