import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { newestItems } from './items.ts';
import type { WorkStorage } from './ports.ts';

/** Deletes the marks of work that is over, which need not stay for good as those of sign-outs do. */
export class MarkSweep {
  readonly #storage: WorkStorage;
  readonly #afterMs: number;
  readonly #what: string;
  readonly #runtime: Runtime;
  #isSweeping = false;

  /** `afterMs`: when no late write can still need a mark. `what`: for the log, such as `finished sign-ins`. */
  constructor(storage: WorkStorage, afterMs: number, what: string, runtime: Runtime) {
    this.#storage = storage;
    this.#afterMs = afterMs;
    this.#what = what;
    this.#runtime = runtime;
  }

  /** Waits, and then deletes the marks among `names`. Never rejects. */
  async sweep(names: readonly string[]): Promise<void> {
    const marks = [...newestItems(names).values()].filter(({ isMark }) => isMark);
    if (this.#isSweeping || marks.length === 0) return;
    this.#isSweeping = true;
    const { clock, closed, log } = this.#runtime;
    try {
      await clock.sleep(this.#afterMs, closed);
      for (const { name } of marks) await this.#storage.drop(name);
    } catch (error) {
      if (!closed.aborted) log.warn(`Marks of ${this.#what} could not be deleted: ${describeError(error)}.`);
    }
    this.#isSweeping = false;
  }
}
