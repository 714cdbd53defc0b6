import assert from 'node:assert/strict';

import type { Reply } from './conversation.ts';
import type { FakeClock } from './fakeClock.ts';

/** A server with a list of replies for each endpoint, for cases in which the number of requests does not matter. */
export class RoutedServer {
  /** The requests: seconds of running time, and the end of the path. */
  readonly requests: [at: number, endpoint: string][] = [];
  readonly fetch: typeof globalThis.fetch;
  readonly #clock: FakeClock;
  readonly #routes = new Map<string, Reply[]>();

  /** `routes`: by the end of the path. The last reply of a list is repeated. */
  constructor(clock: FakeClock, routes: Readonly<Record<string, readonly Reply[]>>) {
    this.#clock = clock;
    this.fetch = (input, init) => this.#fetch(input as string, init?.signal);
    for (const [endpoint, replies] of Object.entries(routes)) this.reply(endpoint, replies);
  }

  /** From now on, the endpoint replies with these. */
  reply(endpoint: string, replies: readonly Reply[]): void {
    this.#routes.set(endpoint, [...replies]);
  }

  /** When an endpoint was asked, in seconds of running time. */
  timesOf(endpoint: string): number[] {
    return this.requests.filter(([, each]) => each === endpoint).map(([at]) => at);
  }

  async #fetch(url: string, signal: AbortSignal | null | undefined): Promise<Response> {
    assert.ok(signal, 'every request can be canceled');
    const [endpoint, replies] =
      [...this.#routes].find(([each]) => url.endsWith(`/${each}`)) ?? assert.fail(url);
    this.requests.push([this.#clock.ranMs / 1000, endpoint]);
    const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? assert.fail(url);
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
    return await Promise.race([
      reply.answer({ clock: this.#clock, signal, keepOpen: () => assert.fail() }),
      aborted,
    ]);
  }
}
