import { setImmediate as nextTurn } from 'node:timers/promises';
import type * as vscode from 'vscode';

type Listener = (event: vscode.SecretStorageChangeEvent) => unknown;

/** What one window has of its browser's secrets. */
export interface BrowserWindow extends vscode.SecretStorage {
  /** What it knows, now. */
  readonly known: ReadonlyMap<string, string>;
  /** The next change fails, as where the server that keeps half of the encryption's key cannot be reached. */
  failNextWrite(): void;
}

/**
 * SecretStorage as code-server and vscode.dev keep it: one text in the browser's localStorage, which each window reads
 * once, when it opens, and writes as a whole, with all that it knows, at each of its changes. No window hears of
 * another's. A change is answered before it has been encrypted and has arrived in localStorage.
 */
export class BrowserSecrets {
  /** In localStorage; not encrypted here. */
  text = '{}';
  #saving = Promise.resolve();

  get stored(): Record<string, string> {
    return JSON.parse(this.text) as Record<string, string>;
  }

  /** When everything that the windows wrote is in localStorage. */
  async saved(): Promise<void> {
    await this.#saving;
  }

  window(): BrowserWindow {
    const known = new Map(Object.entries(this.stored));
    const listeners = new Set<Listener>();
    let fails = false;
    const change = async (key: string, apply: () => void): Promise<void> => {
      await nextTurn();
      if (fails) {
        fails = false;
        throw new Error('The secret could not be written');
      }
      apply();
      this.#save(JSON.stringify(Object.fromEntries(known)));
      for (const listener of [...listeners]) listener({ key });
    };
    return {
      known,
      failNextWrite: () => {
        fails = true;
      },
      keys: async () => {
        await nextTurn();
        return [...known.keys()];
      },
      get: async (key) => {
        await nextTurn();
        return known.get(key);
      },
      store: (key, value) => change(key, () => known.set(key, value)),
      delete: (key) => change(key, () => known.delete(key)),
      onDidChange: (listener: Listener, thisArg?: unknown, disposables?: vscode.Disposable[]) => {
        const bound: Listener = (event) => listener.call(thisArg, event);
        listeners.add(bound);
        // VS Code's Disposable is a class, which only VS Code can give.
        const disposable: unknown = { dispose: () => listeners.delete(bound) };
        disposables?.push(disposable as vscode.Disposable);
        return disposable as vscode.Disposable;
      },
    };
  }

  #save(text: string): void {
    const before = this.#saving;
    this.#saving = nextTurn().then(async () => {
      await before;
      this.text = text;
    });
  }
}
