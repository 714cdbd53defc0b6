import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { describeError, type Log } from '../base/log.ts';

const Used = z.array(z.string());
const KEY = 'usedServices';

/** The ids of the services that somebody has signed in to, in the extension's global state. Nothing personal. */
export class UsedServices {
  readonly #memento: vscode.Memento;
  readonly #log: Log;

  constructor(memento: vscode.Memento, log: Log) {
    this.#memento = memento;
    this.#log = log;
  }

  /**
   * Remembers these services, too, and returns all. Writes only a change: in a browser, each write of the global state
   * can undo another window's.
   */
  add(ids: readonly string[]): readonly string[] {
    const before = z.safeParse(Used, this.#memento.get(KEY)).data ?? [];
    const all = [...new Set([...before, ...ids])];
    if (all.length > before.length)
      this.#memento.update(KEY, all).then(undefined, (error: unknown) => {
        this.#log.warn(`The services in use could not be noted: ${describeError(error)}.`);
      });
    return all;
  }
}

/** What the setting says. */
export interface WantedServices {
  readonly ids: readonly unknown[];
  /** True if the user has set it. */
  readonly isUserSet: boolean;
}

/**
 * True for a service that offers a sign-in in the Accounts menu. Users who have picked one service do not want to be
 * reminded of the other, unless they say so.
 */
export function isOffered(id: string, { ids, isUserSet }: WantedServices, used: readonly string[]): boolean {
  return ids.includes(id) && (isUserSet || used.length === 0 || used.includes(id));
}
