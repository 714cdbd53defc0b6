/**
 * Faults of a stand-in server, one request at a time, and its record of the requests. Only a test in the same
 * process can set them: they are not part of the HTTP interface.
 */
export type Fault =
  /** Gives this answer and does not do the work. An object body is sent as JSON. */
  | { kind: 'answer'; status: number; body?: string | object; headers?: Record<string, string> }
  /** An HTML page, as from a captive portal or a proxy. */
  | { kind: 'html'; status?: number }
  | { kind: 'redirect'; to: string; status?: number }
  /** Does not do the work, and ends the connection without an answer. */
  | { kind: 'drop' }
  /** Does the work, and ends the connection without an answer. */
  | { kind: 'lost' }
  /** Does the work, and sends half of the answer. */
  | { kind: 'truncate' }
  /** Answers when the promise settles, or never if there is none. */
  | { kind: 'hold'; until?: Promise<unknown> }
  /** Does the work, and changes its JSON answer. The change can take time. */
  | { kind: 'rewrite'; change: (body: Record<string, unknown>) => unknown }
  /** A fault of an event stream. It waits for a request for a stream. */
  | { kind: 'stream'; how: StreamFault };

export type StreamFault =
  /** The stream opens and ends. */
  | 'cut'
  /** Sends half of the event, then ends the connection. */
  | 'half-event'
  /** The stream stays open and sends nothing, also no pings. */
  | 'silent'
  /** The event's data is not JSON. */
  | 'malformed'
  | 'empty-token'
  | 'no-token'
  /** The token counts as retrieved, but the connection ends before it is sent. */
  | 'lost'
  /** The event comes twice. */
  | 'twice'
  /** The timeout event has no data line, so EventSource ignores it. */
  | 'bare-timeout';

/** One request as it arrived, and how it was answered. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The parsed JSON, or the text. Undefined without a body. */
  readonly body: unknown;
  /** Undefined until an answer has started. */
  status: number | undefined;
}

// `*` stands for one path segment, and a method may come first: `GET /auth/intents/*/status`. A fault
// without a method does not apply to a browser's preflight.
function matches(pattern: string, method: string, path: string): boolean {
  const [first = '', second] = pattern.split(' ');
  if (second === undefined ? method === 'OPTIONS' : first !== method) return false;
  const wanted = (second ?? first).split('/');
  const got = path.split('/');
  return (
    wanted.length === got.length && wanted.every((segment, at) => segment === '*' || segment === got[at])
  );
}

/** The faults that wait for a request. The oldest is used first. */
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

/** The requests to one endpoint, in order. */
export function requestsTo(log: readonly Exchange[], pattern: string): Exchange[] {
  return log.filter(({ method, path }) => matches(pattern, method, path));
}
