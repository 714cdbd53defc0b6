import { readBody } from '../../src/http/body.ts';

/** One answer of a server, as the product gets it. Holds secrets. */
export interface Answer {
  readonly method: string;
  /** The URL without the query. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** Undefined if the body is not JSON, and for a stream. */
  readonly json: unknown;
}

/** A `fetch` for the product that remembers each answer. */
export class Recorder {
  readonly answers: Answer[] = [];
  readonly #fetch: typeof globalThis.fetch;

  constructor(fetch: typeof globalThis.fetch) {
    this.#fetch = fetch;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const response = await this.#fetch(input, init);
    const { status, headers } = response;
    const isStream = isEventStream(headers);
    const text = isStream ? undefined : await readBody(response.body);
    this.answers.push({
      method: init?.method ?? 'GET',
      url: url.origin + url.pathname,
      status,
      headers,
      json: parse(text),
    });
    return isStream ? response : new Response(text === '' ? null : text, { status, headers });
  };

  /** The answers of one endpoint, in order. `from`: the number of answers to leave out. */
  to(method: string, url: string, from = 0): Answer[] {
    return this.answers.slice(from).filter((each) => each.method === method && each.url === url);
  }
}

export function isEventStream(headers: Headers): boolean {
  return /^\s*text\/event-stream\b/i.test(headers.get('content-type') ?? '');
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
