import type { Clock } from '../../../src/base/clock.ts';

/** The process of a window. After its end, nothing that it waits for arrives. */
export class FakeProcess {
  readonly clock: Clock;
  readonly #ended = new AbortController();

  constructor(clock: Clock) {
    this.clock = {
      now: () => clock.now(),
      sleep: (ms, signal) => this.whileAlive(clock.sleep(ms, AbortSignal.any([signal, this.#ended.signal]))),
    };
  }

  end(): void {
    this.#ended.abort(new Error('the process has ended'));
  }

  /** Settles as the work does, or never. */
  whileAlive<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const settle = (): void => {
      if (!this.#ended.signal.aborted) resolve(work);
    };
    work.then(settle, settle);
    return promise;
  }
}
