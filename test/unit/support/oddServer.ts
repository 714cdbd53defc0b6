import type { FakeClock } from './fakeClock.ts';

/** What comes back for one request, and how. */
export interface OddAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, piece by piece. */
  readonly pieces: readonly string[];
  /** The time from the request to the headers, and from one piece to the next. */
  readonly everyMs: number;
  /** What happens after the last piece. */
  readonly end: 'ends' | 'breaks' | 'stays open' | 'begins again';
  /**
   * `answers`: with all of the above. `breaks`: the connection breaks before the headers. `hangs`: until the request is
   * aborted. `is deaf`: no answer, and no end at an abort.
   */
  readonly does: 'answers' | 'breaks' | 'hangs' | 'is deaf';
}

export interface OddRequest {
  /** In milliseconds of running time. */
  readonly atMs: number;
  readonly url: string;
  readonly answer: OddAnswer;
}

const OK: OddAnswer = { status: 200, headers: {}, pieces: ['{}'], everyMs: 0, end: 'ends', does: 'answers' };

/** A server that gives each address its own list of answers. The last one of a list is repeated. */
export class OddServer {
  readonly requests: OddRequest[] = [];
  /** Bodies that have neither ended nor been abandoned by the client. */
  open = 0;
  /** Whether a request was sent that would follow a redirect, with the token that it carries. */
  followsRedirects = false;
  readonly fetch: typeof globalThis.fetch;
  readonly #clock: FakeClock;
  readonly #lists: readonly (readonly [path: string, answers: OddAnswer[]])[];

  /** `lists`: by the end of the path. An address without a list gets an empty object. */
  constructor(clock: FakeClock, lists: Readonly<Record<string, readonly OddAnswer[]>>) {
    this.#clock = clock;
    this.#lists = Object.entries(lists).map(([path, answers]) => [path, [...answers]]);
    this.fetch = (input, init) => this.#fetch(input as string, init ?? {});
  }

  async #fetch(url: string, { signal, redirect }: RequestInit): Promise<Response> {
    if (signal == null) throw new Error('every request can be canceled');
    this.followsRedirects ||= redirect !== 'manual';
    signal.throwIfAborted();
    const { pathname } = new URL(url);
    const [, list] = this.#lists.find(([path]) => pathname.endsWith(path)) ?? ['', [OK]];
    const answer = (list.length > 1 ? list.shift() : list[0]) ?? OK;
    this.requests.push({ atMs: this.#clock.ranMs, url, answer });
    if (answer.does === 'is deaf') return new Promise(() => undefined);
    if (answer.does === 'hangs') return rejectOnAbort(signal);
    await Promise.race([this.#pass(answer.everyMs), rejectOnAbort(signal)]);
    if (answer.does === 'breaks')
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(url), { code: 'ECONNRESET' }) });
    const body = [204, 205, 304].includes(answer.status) ? null : this.#body(answer, signal);
    return new Response(body, { status: answer.status, headers: answer.headers });
  }

  async #pass(ms: number): Promise<void> {
    if (ms === 0) return;
    await new Promise<void>((go) => {
      this.#clock.at(this.#clock.ranMs + ms, go);
    });
  }

  #body({ pieces, everyMs, end }: OddAnswer, signal: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.open += 1;
    let isOver = false;
    const over = (): void => {
      if (!isOver) this.open -= 1;
      isOver = true;
    };
    let next = 0;
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start: (controller) => {
          const onAbort = (): void => {
            if (!isOver) controller.error(signal.reason);
            over();
          };
          signal.addEventListener('abort', onAbort, { once: true });
        },
        pull: async (controller) => {
          await this.#pass(everyMs);
          if (isOver) return;
          const piece = pieces[next++];
          if (piece !== undefined) {
            controller.enqueue(new TextEncoder().encode(piece));
            return;
          }
          if (end === 'begins again' && pieces.length > 0) {
            next = 0;
            // Without a pause, a reader that never stops would block the test.
            await this.#pass(Math.max(everyMs, 1_000));
          } else if (end === 'stays open' || end === 'begins again') await new Promise(() => undefined);
          else {
            if (end === 'breaks') controller.error(new TypeError('terminated'));
            else controller.close();
            over();
          }
        },
        cancel: over,
      },
      { highWaterMark: 0 },
    );
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
