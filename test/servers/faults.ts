/**
 * Faults that a reference server injects, one request at a time, and its record of requests. Tests set them in the same
 * process; they are not part of the HTTP interface.
 */
export type Fault =
  /** Responds with this without processing the request. An object body is sent as JSON. */
  | { kind: 'answer'; status: number; body?: string | object; headers?: Record<string, string> }
  /** An HTML page, as from a captive portal or a proxy. */
  | { kind: 'html'; status?: number }
  | { kind: 'redirect'; to: string; status?: number }
  /** Drops the connection without processing the request. */
  | { kind: 'drop' }
  /** Processes the request, then drops the connection without a response. */
  | { kind: 'lost' }
  /** Processes the request and sends half of the response. */
  | { kind: 'truncate' }
  /** Responds when the promise settles, or never without one. */
  | { kind: 'hold'; until?: Promise<unknown> }
  /** Processes the request and rewrites its JSON response, possibly asynchronously. */
  | { kind: 'rewrite'; change: (body: Record<string, unknown>) => unknown }
  /** A fault of the next event stream. */
  | { kind: 'stream'; how: StreamFault };

export type StreamFault =
  /** The stream opens and ends. */
  | 'cut'
  /** Sends half of the event, then ends the connection. */
  | 'half-event'
  /** The stream stays open and sends nothing, not even pings. */
  | 'silent'
  /** The event's data is not JSON. */
  | 'malformed'
  | 'empty-token'
  | 'no-token'
  /** The token is consumed, but the connection drops before it is sent. */
  | 'lost'
  /** The event is sent twice. */
  | 'twice'
  /** The timeout event has no data line, so EventSource ignores it. */
  | 'bare-timeout';

/** A request and its response's status. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The parsed JSON, or the text. Undefined without a body. */
  readonly body: unknown;
  /** Undefined until the response starts. */
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

/** Pending faults, oldest first. */
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
