import { keepTrying } from './keepTrying.ts';
import { describeError } from './log.ts';
import type { Runtime } from './runtime.ts';

/** Stores what changes, by id, and retries until the newest version of each is stored. */
export class Saves {
  readonly #attempt: (id: string) => Promise<void>;
  readonly #failure: string;
  readonly #runtime: Runtime;
  /** Those whose newest version is not stored yet, with the end of the retries. */
  readonly #retries = new Map<string, Promise<void>>();

  /**
   * `attempt` stores the newest version of what has this id. `failure`: for the log, without a period, such as `A session
   * could not be stored`.
   */
  constructor(attempt: (id: string) => Promise<void>, failure: string, runtime: Runtime) {
    this.#attempt = attempt;
    this.#failure = failure;
    this.#runtime = runtime;
  }

  /** Rejects as `attempt` does when the first one fails; retries follow. */
  async save(id: string): Promise<void> {
    try {
      await this.#attempt(id);
    } catch (error) {
      this.#runtime.log.warn(`${this.#failure}: ${describeError(error)}. Trying again.`);
      // Removed from the map within the last attempt, so that a later failure starts new retries.
      const attempt = (): Promise<boolean> => this.#attempt(id).then(() => this.#retries.delete(id));
      if (!this.#retries.has(id)) this.#retries.set(id, keepTrying(attempt, this.#runtime));
      throw error;
    }
  }

  /** Waits until the newest version is stored, or the window has closed. Never rejects. */
  async saveAtLast(id: string): Promise<void> {
    await this.save(id).catch(() => this.#retries.get(id));
  }
}
