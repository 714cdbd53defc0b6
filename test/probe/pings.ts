import { TimeLimitError, withTimeLimit } from '../../src/base/timeLimit.ts';
import { FETCH_DEFAULTS, type Http } from '../../src/http/send.ts';
import { isEventStream } from './recorder.ts';

export interface Heard {
  readonly status: number;
  readonly isStream: boolean;
  readonly ping?: { readonly form: 'a comment' | 'an event'; readonly afterMs: number };
}

/** After this silence the product takes a stream for dead. */
const LISTEN_MS = 45_000;

/**
 * Listens to the stream of an intent that nobody approves, until it carries something, ends, or 45 seconds have passed.
 * Undefined without an answer. Rejects only with `signal.reason`.
 */
export async function listen(http: Http, statusUrl: string, signal: AbortSignal): Promise<Heard | undefined> {
  let heard: Heard | undefined;
  try {
    return await withTimeLimit(http.clock, LISTEN_MS, signal, async (limited) => {
      const headers = { accept: 'text/event-stream', 'user-agent': http.userAgent ?? '' };
      const response = await http.fetch(statusUrl, { ...FETCH_DEFAULTS, headers, signal: limited });
      const openedMs = http.clock.now();
      const isStream = isEventStream(response.headers);
      heard = { status: response.status, isStream };
      const form = isStream ? await firstLine(response) : undefined;
      await response.body?.cancel();
      if (form !== undefined) heard = { ...heard, ping: { form, afterMs: http.clock.now() - openedMs } };
      return heard;
    });
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof TimeLimitError ? heard : undefined;
  }
}

/** What the first line is. Undefined if the stream ends before. */
async function firstLine({
  body,
}: {
  body: ReadableStream<Uint8Array> | null;
}): Promise<'a comment' | 'an event' | undefined> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  try {
    for (let text = ''; ;) {
      const part = await reader?.read();
      if (part?.value === undefined) return undefined;
      text += decoder.decode(part.value, { stream: true });
      const [line = ''] = text.trimStart().split(/\r?\n|\r/);
      if (text.trimStart().length > line.length) return line.startsWith(':') ? 'a comment' : 'an event';
    }
  } finally {
    reader?.releaseLock();
  }
}
