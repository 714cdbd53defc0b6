/**
 * What a stand-in server can be told to get wrong, one request at a time, and its record of what arrived.
 * Only a test in the same process reaches this; nothing here is on HTTP.
 */
export type Fault =
  /** Answers this instead of doing the work. An object body is sent as JSON. */
  | { kind: 'answer'; status: number; body?: string | object; headers?: Record<string, string> }
  /** A captive portal, a proxy's page, a wrong address. */
  | { kind: 'html'; status?: number }
  | { kind: 'redirect'; to: string; status?: number }
  /** The connection ends without an answer, and nothing was done. */
  | { kind: 'drop' }
  /** The work is done, then the connection ends before its answer. */
  | { kind: 'lost' }
  /** The work is done and half of the answer arrives. */
  | { kind: 'truncate' }
  /** Answers when the promise settles; without one, never. */
  | { kind: 'hold'; until?: Promise<unknown> }
  /** The work is done and its JSON answer changed on the way out. */
  | { kind: 'rewrite'; change: (body: Record<string, unknown>) => unknown }
  /** For an event stream, which only the server that has one can get wrong. Waits for a request for a stream. */
  | { kind: 'stream'; how: StreamFault };

export type StreamFault =
  /** Opens, then ends. */
  | 'cut'
  /** At the end of the wait, half an event and then the end of the connection. */
  | 'half-event'
  /** Stays open and says nothing more, no ping either. */
  | 'silent'
  /** The event's data is not JSON. */
  | 'malformed'
  | 'empty-token'
  | 'no-token'
  /** The token counts as handed out, but the connection ends before it. */
  | 'lost'
  /** The event comes twice. */
  | 'twice'
  /** The timeout event has no data line at all, and EventSource ignores such an event. */
  | 'bare-timeout';

/** One request as it arrived, and how it was answered. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed when it is JSON, else the text; undefined when there was none. */
  readonly body: unknown;
  /** Undefined while no answer has been started, and for ever when the connection was dropped. */
  status: number | undefined;
}

// `*` stands for one path segment, and a method may come first: `GET /auth/intents/*/status`. A browser's
// preflight is not what a fault without a method is meant for.
function matches(pattern: string, method: string, path: string): boolean {
  const [first = '', second] = pattern.split(' ');
  if (second === undefined ? method === 'OPTIONS' : first !== method) return false;
  const wanted = (second ?? first).split('/');
  const got = path.split('/');
  return (
    wanted.length === got.length && wanted.every((segment, at) => segment === '*' || segment === got[at])
  );
}

/** Faults wait here for the request they are meant for, first come first served. */
export class FaultQueue {
  readonly #waiting: { pattern: string; fault: Fault }[] = [];

  failNext(pattern: string, fault: Fault, times = 1): void {
    for (let n = 0; n < times; n++) this.#waiting.push({ pattern, fault });
  }

  take(method: string, path: string, forStream: boolean): Fault | undefined {
    const at = this.#waiting.findIndex(
      ({ pattern, fault }) => (fault.kind !== 'stream' || forStream) && matches(pattern, method, path),
    );
    return at < 0 ? undefined : this.#waiting.splice(at, 1)[0]?.fault;
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}

export function wantsStream(accept: string | null | undefined): boolean {
  return /\btext\/event-stream\b/i.test(accept ?? '');
}

/** The exchanges of one endpoint, in order. */
export function requestsTo(log: readonly Exchange[], pattern: string): Exchange[] {
  return log.filter(({ method, path }) => matches(pattern, method, path));
}
