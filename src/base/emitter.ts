/** What ends a subscription. VS Code's Disposable is one. */
export interface Disposable {
  dispose(): void;
}

/** Subscribes a listener. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The source of an event, like `vscode.EventEmitter`, for code that runs without VS Code. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<{ readonly listener: (value: T) => void }>();

  readonly event: Event<T> = (listener) => {
    const subscription = { listener };
    this.#listeners.add(subscription);
    return { dispose: () => void this.#listeners.delete(subscription) };
  };

  /** Calls the listeners there are now, in the order in which they subscribed. Throws what a listener throws. */
  fire(value: T): void {
    for (const { listener } of [...this.#listeners]) listener(value);
  }

  /** Drops all listeners. */
  dispose(): void {
    this.#listeners.clear();
  }
}
