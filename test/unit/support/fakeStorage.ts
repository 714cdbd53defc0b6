import type { SessionStorage } from '../../../src/sessions/ports.ts';
import type { FakeClock } from './fakeClock.ts';

/** The storage as one window sees it. */
export interface FakeWindowStorage extends SessionStorage {
  /** The window's process ends. What has not landed by then never lands. */
  die(): void;
}

/**
 * The storage that all windows share. A read gives what was there when the read began. A write lands after `writeMs`,
 * and then every window hears of it, also the one that wrote.
 */
export class FakeStorage {
  readonly stored = new Map<string, string>();
  /** What goes wrong, until it is set to undefined again. */
  readFailure: Error | undefined;
  writeFailure: Error | undefined;
  /** How long an answer takes, in milliseconds. */
  readMs = 0;
  writeMs = 0;
  /** Some storages answer before they tell of a change. Others tell before they answer. */
  eventsFirst = true;

  readonly #clock: FakeClock;
  readonly #listeners = new Set<(id: string | undefined) => void>();
  #hanging: PromiseWithResolvers<undefined> | undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** How many windows listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  get hangs(): boolean {
    return this.#hanging !== undefined;
  }

  /** While it hangs, no answer comes. When it stops to hang, all answers come that are due. */
  set hangs(hangs: boolean) {
    if (hangs) this.#hanging ??= Promise.withResolvers();
    else {
      this.#hanging?.resolve(undefined);
      this.#hanging = undefined;
    }
  }

  /** Another program changes what is stored, and the windows hear of it. */
  put(id: string, text: string | undefined): void {
    if (text === undefined) this.stored.delete(id);
    else this.stored.set(id, text);
    this.#tell(id);
  }

  /** Tells the windows that any text may have changed. */
  tellOfAll(): void {
    this.#tell(undefined);
  }

  window(): FakeWindowStorage {
    let alive = true;
    const isAlive = (): boolean => alive;
    const own = new Set<(id: string | undefined) => void>();
    const never = new Promise<never>(() => undefined);
    const answer = async <T>(ms: number, look: () => T): Promise<T> => {
      await Promise.resolve();
      if (!isAlive()) return never;
      if (ms > 0) await this.#clock.sleep(ms, new AbortController().signal);
      while (this.#hanging !== undefined) await this.#hanging.promise;
      return isAlive() ? look() : never;
    };
    const read = async <T>(look: () => T): Promise<T> => {
      if (this.readFailure) throw this.readFailure;
      const found = look();
      return answer(this.readMs, () => found);
    };
    const write = async (id: string, change: () => void): Promise<void> => {
      if (this.writeFailure) throw this.writeFailure;
      await answer(this.writeMs, () => {
        change();
        if (this.eventsFirst) this.#tell(id);
        else
          setImmediate(() => {
            this.#tell(id);
          });
      });
    };
    const forget = (): void => {
      for (const listener of own) this.#listeners.delete(listener);
    };
    return {
      ids: () => read(() => [...this.stored.keys()]),
      read: (id) => read(() => this.stored.get(id)),
      write: (id, text) => write(id, () => this.stored.set(id, text)),
      delete: (id) => write(id, () => this.stored.delete(id)),
      onDidChange: (listener) => {
        own.add(listener);
        this.#listeners.add(listener);
        return { dispose: () => this.#listeners.delete(listener) };
      },
      dispose: forget,
      die: () => {
        alive = false;
        forget();
      },
    };
  }

  #tell(id: string | undefined): void {
    for (const listener of [...this.#listeners]) listener(id);
  }
}
