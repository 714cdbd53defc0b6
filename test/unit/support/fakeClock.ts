import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Clock } from '../../../src/base/clock.ts';

/** 2025-06-15T12:00:00Z. Any moment will do, as long as it is the same every time. */
export const START_MS = Date.UTC(2025, 5, 15, 12);
/** A chain of promises inside `fetch` and its streams is over after one turn; the others are for safety. */
const TURNS = 4;

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
  /** Belongs to the test, not to the code under test. */
  readonly scripted: boolean;
}

/** Virtual time: it passes only as a test lets it pass. */
export class FakeClock implements Clock {
  /** In the order they fire. */
  #timers: Timer[] = [];
  #ranMs = 0;
  #offsetMs = START_MS;

  now(): number {
    return this.#offsetMs + this.#ranMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        this.#timers = this.#timers.filter((each) => each !== timer);
        reject(signal.reason as Error);
      };
      const timer = this.#add(ms, false, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Running time since the test began. Jumps of the wall clock are not in it. */
  get ranMs(): number {
    return this.#ranMs;
  }

  /** How many timers of the code under test are waiting. */
  get pending(): number {
    return this.#timers.filter((timer) => !timer.scripted).length;
  }

  /** Moves the wall clock without running time: a laptop sleeps, or somebody sets the clock. */
  jump(ms: number): void {
    this.#offsetMs += ms;
  }

  /** Schedules an action of the test itself, `ms` milliseconds of running time after the test began. */
  at(ms: number, action: () => void): void {
    this.#add(ms - this.#ranMs, true, action);
  }

  /** Lets everything happen that takes no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await nextTurn();
  }

  /** Lets `ms` milliseconds run, timer by timer. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#ranMs + ms;
    await this.settle();
    while (this.#timers[0] !== undefined && this.#timers[0].dueMs <= endMs) await this.#fireNext();
    this.#ranMs = endMs;
  }

  /** Lets time run until the work is done. Fails if the work waits for something that no timer will bring about. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { settled: false };
    const done = (): void => {
      state.settled = true;
    };
    work.then(done, done);
    await this.settle();
    while (!state.settled) {
      assert.ok(this.#timers.length > 0, 'the work waits, and nothing is left that could end it');
      await this.#fireNext();
    }
    return work;
  }

  async #fireNext(): Promise<void> {
    const timer = this.#timers.shift();
    if (timer === undefined) return;
    this.#ranMs = Math.max(this.#ranMs, timer.dueMs);
    timer.fire();
    await this.settle();
  }

  #add(ms: number, scripted: boolean, fire: () => void): Timer {
    const timer = { dueMs: this.#ranMs + Math.max(0, ms), fire, scripted };
    const after = this.#timers.findIndex((each) => each.dueMs > timer.dueMs);
    this.#timers.splice(after === -1 ? this.#timers.length : after, 0, timer);
    return timer;
  }
}
