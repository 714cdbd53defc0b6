import * as z from 'zod/mini';

import type { Disposable } from '../base/emitter.ts';
import { parseJson } from '../base/json.ts';
import { tryAgain } from '../base/keepTrying.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER, withTimeLimit } from '../base/timeLimit.ts';
import { Grant } from '../services/service.ts';
import { type Item, itemFor, newestItems, readText } from './items.ts';
import { MarkSweep } from './markSweep.ts';
import type { WorkStorage } from './ports.ts';

/** How long a revocation that nobody could deliver is kept: 72 hours, less the time until a window notices. */
export const KEPT_FOR_MS = 72 * 60 * 60_000 - 60_000;
/** A clock in the wrong time zone is off by less. */
const CLOCK_TOLERANCE_MS = 24 * 60 * 60_000;
/** In a browser, a write counts after up to two seconds. */
const STORE_LIMIT_MS = 3_000;
/** If a window hangs in a write for longer, its revocation comes back, and is delivered once more. */
const MARKS_KEPT_FOR_MS = 60 * 60_000;

/** Each is written once. */
const VERSION = { signIn: 1, revision: 0, amendment: 0 };

const { server, clientId, accessToken, refreshToken, sentAs } = Grant.shape;
/** What is stored: nothing of the grant but what its revocation needs. All of it is a secret. */
const Stored = z.object({
  /** A later version of the extension may use another format. */
  format: z.literal(1),
  serviceId: z.string(),
  grant: z.object({ server, clientId, accessToken, refreshToken, sentAs }),
  /** When the service was first asked, in milliseconds of the wall clock. */
  begunAtMs: z.number(),
});

/** A revocation that got no answer. */
export interface PendingRevocation extends Omit<z.infer<typeof Stored>, 'format'> {
  readonly id: string;
}

/** True when it is too old to be kept. If the clock says that it is from the future, nothing shows how old it is. */
export function isTooOld({ begunAtMs }: Pick<PendingRevocation, 'begunAtMs'>, nowMs: number): boolean {
  return nowMs >= begunAtMs + KEPT_FOR_MS || nowMs < begunAtMs - CLOCK_TOLERANCE_MS;
}

/**
 * The revocations that got no answer, stored until they are delivered. Where storage fails, they are kept in memory, and
 * attempts to store them go on.
 */
export class PendingRevocations {
  readonly #storage: WorkStorage;
  readonly #runtime: Runtime;
  readonly #marks: MarkSweep;
  readonly #unstored = new Map<string, PendingRevocation>();
  /** Those that are over, perhaps before their mark is stored. */
  readonly #over = new Set<string>();

  constructor(storage: WorkStorage, runtime: Runtime) {
    this.#storage = storage;
    this.#runtime = runtime;
    this.#marks = new MarkSweep(storage, MARKS_KEPT_FOR_MS, 'delivered revocations', runtime);
  }

  /** Fires when another window may have added one, or ended one. */
  onDidChange(listener: () => void): Disposable {
    return this.#storage.onDidChange(listener);
  }

  /** Returns its id, once it is stored or that has failed for three seconds. Never rejects. */
  async add(serviceId: string, grant: Grant, begunAtMs: number): Promise<string> {
    const id = crypto.randomUUID();
    const stored = z.parse(Stored, { format: 1, serviceId, grant, begunAtMs });
    const text = JSON.stringify(stored);
    const item = itemFor(id, VERSION, text);
    this.#unstored.set(id, { id, ...stored });
    const write = async (): Promise<void> => {
      if (this.#over.has(id)) return;
      await this.#storage.add(item, text);
      this.#unstored.delete(id);
    };
    await this.#tryToStore('A revocation could not be stored', write);
    return id;
  }

  /**
   * All that wait, in any window, without those of a later version of this extension. Rejects with the platform's error.
   */
  async list(): Promise<PendingRevocation[]> {
    const names = await this.#storage.names();
    void this.#marks.sweep(names);
    const all = new Map(this.#unstored);
    for (const item of newestItems(names).values()) {
      const stored = await this.#read(item);
      if (stored !== undefined) all.set(item.id, stored);
    }
    return [...all.values()];
  }

  /** Undefined when it is over, perhaps in another window. Rejects with the platform's error. */
  async get(id: string): Promise<PendingRevocation | undefined> {
    const item = newestItems(await this.#storage.names()).get(id);
    if (item === undefined) return this.#unstored.get(id);
    return this.#read(item);
  }

  /** Deletes the grant, in every window. Resolves after the first attempt; retries follow. Never rejects. */
  async end(id: string): Promise<void> {
    this.#over.add(id);
    this.#unstored.delete(id);
    const mark = itemFor(id, VERSION, undefined);
    await this.#tryToStore('A finished revocation could not be deleted', () => this.#storage.add(mark, ''));
  }

  /** Resolves after the first attempt, or three seconds; retries follow. Never rejects. */
  async #tryToStore(failure: string, write: () => Promise<void>): Promise<void> {
    try {
      await withTimeLimit(this.#runtime.clock, STORE_LIMIT_MS, NEVER, write);
    } catch (error) {
      void tryAgain(failure, error, write, this.#runtime);
    }
  }

  /** Rejects with the platform's error. */
  async #read(item: Item): Promise<PendingRevocation | undefined> {
    if (item.isMark || this.#over.has(item.id)) return undefined;
    const text = await readText(this.#storage, item);
    const stored = text === undefined ? undefined : parseJson(Stored, text);
    return stored && { id: item.id, ...stored };
  }
}
