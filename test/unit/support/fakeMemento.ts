import type * as vscode from 'vscode';

/** The extension's global state, as all windows share it. */
export class FakeMemento implements vscode.Memento {
  readonly kept = new Map<string, unknown>();
  writeFailure: Error | undefined;

  keys(): readonly string[] {
    return [...this.kept.keys()];
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as VS Code declares it
  get<T>(key: string): T | undefined;
  get<T>(key: string, otherwise: T): T;
  get(key: string, otherwise?: unknown): unknown {
    return this.kept.has(key) ? this.kept.get(key) : otherwise;
  }

  async update(key: string, value: unknown): Promise<void> {
    if (!this.writeFailure) this.#keep(key, value); // at once, as VS Code does
    await Promise.resolve();
    if (this.writeFailure) throw this.writeFailure;
  }

  #keep(key: string, value: unknown): void {
    if (value === undefined) this.kept.delete(key);
    // What is kept is JSON.
    else this.kept.set(key, JSON.parse(JSON.stringify(value)));
  }
}
