import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamFault } from '../faults.ts';
import type { Intent, Intents } from './intents.ts';

/** The event streams of intents. They stay open until the user decides or the intent expires. */
export class IntentStreams {
  /** The number of open streams. */
  open = 0;
  readonly #intents: Intents;
  readonly #pingMs: number;

  constructor(intents: Intents, pingMs: number) {
    this.#intents = intents;
    this.#pingMs = pingMs;
  }

  answer(intent: Intent, fault: StreamFault | undefined): Response {
    const gone = new AbortController();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        void this.#run(intent, fault, controller, gone.signal);
      },
      cancel: () => {
        gone.abort();
      },
    });
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    });
  }

  async #run(
    intent: Intent,
    fault: StreamFault | undefined,
    controller: ReadableStreamDefaultController<Uint8Array>,
    gone: AbortSignal,
  ): Promise<void> {
    const say = (text: string): void => {
      controller.enqueue(new TextEncoder().encode(text));
    };
    this.open += 1;
    try {
      if (fault === 'silent') await ended(gone);
      if (fault !== 'cut') await this.#wait(intent, say, gone);
      if (gone.aborted) return;
      const token = fault === 'cut' ? undefined : this.#intents.retrieve(intent);
      if (fault === 'lost') controller.error(new Error('lost on purpose'));
      else {
        if (token !== undefined) say(authenticated(token, fault));
        else if (this.#intents.isOver(intent))
          say(fault === 'bare-timeout' ? 'event: timeout\n\n' : 'event: timeout\ndata:\n\n');
        controller.close();
      }
    } finally {
      this.open -= 1;
    }
  }

  /** Waits until the user decides, the intent expires, or the client disconnects. */
  async #wait(intent: Intent, say: (text: string) => void, gone: AbortSignal): Promise<void> {
    while (intent.session === undefined && !this.#intents.isOver(intent) && !gone.aborted) {
      const told = new AbortController();
      const tell = (): void => {
        told.abort();
      };
      intent.listeners.add(tell);
      const leftMs = intent.expiresAtMs - this.#intents.now();
      const due = await passed(Math.min(this.#pingMs, leftMs), AbortSignal.any([told.signal, gone]));
      intent.listeners.delete(tell);
      if (due && leftMs > this.#pingMs) say(': ping\n\n');
    }
  }
}

function authenticated(token: string, fault: StreamFault | undefined): string {
  const event = (data: string): string => `event: authenticated\ndata: ${data}\n\n`;
  const whole = event(JSON.stringify({ session_token: token }));
  switch (fault) {
    case 'half-event':
      return whole.slice(0, whole.length / 2);
    case 'malformed':
      return event(`{"session_token": ${token}`);
    case 'empty-token':
      return event('{"session_token": ""}');
    case 'no-token':
      return event('{}');
    case 'twice':
      return whole + whole;
    default:
      return whole;
  }
}

/** False if the signal aborts first. */
async function passed(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    return await sleep(ms, true, { signal });
  } catch {
    return false;
  }
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
