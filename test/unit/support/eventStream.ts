import type { Reply, Wire } from './conversation.ts';

/** The server ends the stream. */
export const END = Symbol('end');
/** The connection breaks. */
export const CUT = Symbol('cut');

/**
 * One piece of a stream, and when it comes, in seconds after the opening. After the last piece, the stream is
 * silent.
 */
export type Piece = readonly [at: number, what: string | Uint8Array<ArrayBuffer> | typeof END | typeof CUT];

export const PING = ': ping\n\n';
export const AUTHENTICATED = 'event: authenticated\ndata: {"session_token":"tok_1"}\n\n';
export const TIMEOUT = 'event: timeout\ndata:\n\n';

/** A ping every `every` seconds, until `last`. */
export function pings(every: number, last: number): Piece[] {
  return Array.from({ length: Math.floor(last / every) }, (_, index) => [(index + 1) * every, PING]);
}

/** A stream of server-sent events. It stays in flight until it ends, breaks, or the client closes it. */
export function eventStream(pieces: readonly Piece[], type = 'text/event-stream'): Reply {
  return {
    answer: (wire) =>
      streaming(wire, type, (controller, close) => {
        const { clock } = wire;
        for (const [at, what] of pieces) {
          const send = (): void => {
            if (wire.signal.aborted || close.done) return;
            if (what === END) controller.close();
            else if (what === CUT) controller.error(new TypeError('terminated'));
            else controller.enqueue(typeof what === 'string' ? new TextEncoder().encode(what) : what);
            if (typeof what === 'symbol') close.now();
          };
          if (at === 0) send();
          else clock.at(clock.ranMs + at * 1000, send);
        }
      }),
  };
}

/** A stream that repeats a text without end, as fast as it is read. */
export function pouring(text: string): Reply {
  const bytes = new TextEncoder().encode(text);
  return {
    answer: (wire) =>
      streaming(
        wire,
        'text/event-stream',
        () => undefined,
        (controller) => {
          controller.enqueue(bytes.slice());
        },
      ),
  };
}

type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
interface Close {
  done: boolean;
  now: () => void;
}

function streaming(
  { signal, keepOpen }: Wire,
  type: string,
  start: (controller: Controller, close: Close) => void,
  pull?: (controller: Controller) => void,
): Response {
  const release = keepOpen();
  const close: Close = {
    done: false,
    now: () => {
      close.done = true;
      release();
    },
  };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      // An abort breaks the body, as it does with `fetch`.
      signal.addEventListener(
        'abort',
        () => {
          if (!close.done) controller.error(signal.reason);
          close.now();
        },
        { once: true },
      );
      start(controller, close);
    },
    ...(pull && { pull }),
    cancel: close.now,
  });
  return new Response(body, { headers: { 'content-type': type } });
}
