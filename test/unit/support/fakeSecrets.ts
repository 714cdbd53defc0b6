import type * as vscode from 'vscode';

import type { FakeClock } from './fakeClock.ts';

type Listener = (event: vscode.SecretStorageChangeEvent) => unknown;

const noCancel = new AbortController().signal;

/**
 * VS Code's SecretStorage as all windows of one application share it. Everything takes a moment, calls for one key
 * are served in order, and every window gets every change, even its own, a moment before the call that made it is
 * answered.
 */
export class FakeSecrets {
  readonly stored = new Map<string, string>();
  /** What goes wrong, until it is set to undefined again: `readFailure` for keys() and get(), the other for changes. */
  readFailure: Error | undefined;
  writeFailure: Error | undefined;
  /** How long an answer takes, in milliseconds. */
  readMs = 0;
  writeMs = 0;
  /** Some keyrings fire the event before they answer, others after it. */
  eventsFirst = true;

  readonly #clock: FakeClock;
  readonly #listeners = new Set<Listener>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** How many windows listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** The view of one window. */
  window(): vscode.SecretStorage {
    return {
      keys: () => this.#read(() => [...this.stored.keys()]),
      get: (key) => this.#read(() => this.stored.get(key)),
      store: (key, value) =>
        this.#write(key, () => {
          this.stored.set(key, value);
          return true;
        }),
      delete: (key) => this.#write(key, () => this.stored.delete(key)),
      onDidChange: (listener: Listener, thisArg?: unknown, disposables?: vscode.Disposable[]) => {
        const bound: Listener = (event) => listener.call(thisArg, event);
        this.#listeners.add(bound);
        // VS Code's Disposable is a class, which only VS Code can give.
        const disposable: unknown = { dispose: () => this.#listeners.delete(bound) };
        disposables?.push(disposable as vscode.Disposable);
        return disposable as vscode.Disposable;
      },
    };
  }

  /** Returns later what was there when the call was made. */
  async #read<T>(get: () => T): Promise<T> {
    await Promise.resolve();
    if (this.readFailure) throw this.readFailure;
    const found = get();
    if (this.readMs > 0) await this.#clock.sleep(this.readMs, noCancel);
    return found;
  }

  /** `change` returns false if nothing changed: then there is no event. */
  async #write(key: string, change: () => boolean): Promise<void> {
    await Promise.resolve();
    if (this.writeFailure) throw this.writeFailure;
    if (this.writeMs > 0) await this.#clock.sleep(this.writeMs, noCancel);
    if (!change()) return;
    const tell = (): void => {
      for (const listener of [...this.#listeners]) listener({ key });
    };
    if (this.eventsFirst) tell();
    else setImmediate(tell);
  }
}
