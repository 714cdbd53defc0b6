import assert from 'node:assert/strict';

import type { Http } from '../../../src/http/send.ts';
import type { FakeClock } from './fakeClock.ts';
import { RecordingLog } from './recordingLog.ts';

/** The connection of one request, for a reply with a slow body. */
export interface Wire {
  readonly clock: FakeClock;
  readonly signal: AbortSignal;
  /**
   * Keeps the request in flight after its headers, until the returned function is called or the request is
   * aborted.
   */
  readonly keepOpen: () => () => void;
}

/** The server's reply to one request. `answer` may have side effects in the test. */
export interface Reply {
  /**
   * Gives the response or throws, as `fetch` does. A promise that never settles stands for a server without
   * an answer.
   */
  readonly answer: (wire: Wire) => Response | Promise<Response>;
  /** How long the reply takes, in seconds. */
  readonly seconds?: number;
}

export interface RecordedRequest {
  /** Seconds of running time since the test began. */
  readonly at: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON parsed, a form as an object, undefined without a body. */
  readonly body: unknown;
  readonly redirect: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * The server's side of a conversation: an exact list of replies, in order. It records every request. A
 * request without a reply is an error, and so are two requests at the same time.
 */
export class Conversation {
  readonly requests: RecordedRequest[] = [];
  readonly log = new RecordingLog();
  readonly http: Http;
  readonly #clock: FakeClock;
  readonly #replies: Reply[];
  readonly #faults: string[] = [];
  #inFlight = 0;

  constructor(clock: FakeClock, replies: readonly Reply[]) {
    this.#clock = clock;
    this.#replies = [...replies];
    this.http = {
      fetch: (input, init) => this.#fetch(input, init),
      clock,
      log: this.log,
      userAgent: 'unit-test/1',
    };
  }

  /** The times of the requests, in seconds of running time. */
  get times(): number[] {
    return this.requests.map(({ at }) => at);
  }

  /** Fails unless every reply was used, every request had a reply, and no two requests overlapped. */
  assertOver(): void {
    assert.deepEqual(this.#faults, []);
    assert.equal(this.#replies.length, 0, 'unused replies');
    assert.equal(this.#inFlight, 0, 'a request is still in flight');
  }

  async #fetch(...[input, init = {}]: Parameters<typeof fetch>): Promise<Response> {
    const { signal } = init;
    assert.ok(typeof input === 'string' && signal, 'every request has a plain address and can be canceled');
    const at = this.#clock.ranMs / 1000;
    const request: RecordedRequest = {
      at,
      method: init.method ?? 'GET',
      url: input,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: readBody(init.body),
      redirect: init.redirect,
      signal,
    };
    this.requests.push(request);
    const reply = this.#replies.shift();
    // An error that is only thrown looks like a network error to the code under test.
    if (reply === undefined) this.#faults.push(`unexpected ${request.method} at ${at} s`);
    if (++this.#inFlight > 1) this.#faults.push(`two requests at once at ${at} s`);
    const state = { keptOpen: false, over: false };
    const end = (): void => {
      if (!state.over) this.#inFlight--;
      state.over = true;
    };
    const keepOpen = (): (() => void) => {
      state.keptOpen = true;
      return end;
    };
    signal.addEventListener('abort', end, { once: true });
    try {
      signal.throwIfAborted();
      if (reply === undefined) throw new TypeError('no reply left');
      if (reply.seconds !== undefined) await this.#clock.sleep(reply.seconds * 1000, signal);
      const response = reply.answer({ clock: this.#clock, signal, keepOpen });
      return await Promise.race([response, rejectOnAbort(signal)]);
    } finally {
      if (!state.keptOpen) end();
    }
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return text(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

export function text(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return { answer: () => new Response(status === 204 ? null : body, { status, headers }) };
}

export function html(status: number): Reply {
  return text(status, '<!doctype html><title>Welcome</title><p>Log in to the network', {
    'content-type': 'text/html',
  });
}

/** A redirect that is not followed, as Node's `fetch` reports it. */
export function redirect(location: string, headers: Record<string, string> = {}): Reply {
  return text(302, '', { location, ...headers });
}

/** A redirect that is not followed, as a browser's `fetch` reports it. */
export function opaqueRedirect(): Reply {
  return {
    answer: () => Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' }),
  };
}

/** A network error of Node's `fetch`: a TypeError whose cause is a system error. */
export function networkError(code: string): Reply {
  return {
    answer: () => {
      const cause = Object.assign(new Error(`connect ${code} 192.0.2.1:443`), { code });
      throw new TypeError('fetch failed', { cause });
    },
  };
}

export function never(): Reply {
  return { answer: () => new Promise<Response>(() => undefined) };
}

/** Headers and the start of a body that never ends. */
export function neverEnds(status: number, start = '{"access_token":"'): Reply {
  return {
    answer: () => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(start));
        },
      });
      return new Response(body, { status });
    },
  };
}

/** The same reply after `seconds`. */
export function after(seconds: number, reply: Reply): Reply {
  return { ...reply, seconds };
}

function readBody(body: RequestInit['body']): unknown {
  if (body instanceof URLSearchParams) return Object.fromEntries(body);
  return typeof body === 'string' ? (JSON.parse(body) as unknown) : undefined;
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}
