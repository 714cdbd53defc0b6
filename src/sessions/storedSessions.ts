import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { Saves } from '../base/saves.ts';
import { NEVER, withTimeLimit } from '../base/timeLimit.ts';
import { type Item, itemOf, newestItems, recordOf } from './items.ts';
import type { ItemStorage } from './ports.ts';
import { serialize, type SessionRecord } from './record.ts';

/** The storage could not be read or written in time. The cause is the platform's error, or a TimeLimitError. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Long enough to unlock a keyring that asks for its password first. */
const STORAGE_LIMIT_MS = 60_000;

/**
 * What is stored under a name: a version, a text that this version of the extension cannot read, one that storage does
 * not give now, or nothing.
 */
export type Stored = SessionRecord | 'unreadable' | 'unavailable' | undefined;

/** The storage port in terms of records, with a time limit for its use, and retries of failed writes. */
export class StoredSessions {
  readonly #storage: ItemStorage;
  readonly #runtime: Runtime;
  readonly #newest: (id: string) => SessionRecord | undefined;
  readonly #saves: Saves;
  /** The names that have been logged as unreadable. Each is read many times, and logged once. */
  readonly #logged = new Set<string>();

  /** `newest` returns the newest version of a session, to be stored. */
  constructor(storage: ItemStorage, runtime: Runtime, newest: (id: string) => SessionRecord | undefined) {
    this.#storage = storage;
    this.#runtime = runtime;
    this.#newest = newest;
    this.#saves = new Saves((id) => this.#save(id), 'A session could not be stored', runtime);
  }

  /** The newest item of each session, by session id. Rejects with the platform's error. */
  async newestItems(): Promise<Map<string, Item>> {
    return newestItems(await this.#storage.names());
  }

  /** Never rejects: one item that cannot be read costs no other. */
  async read(item: Item): Promise<Stored> {
    if (item.isMark) return recordOf(item, '');
    try {
      const text = await this.#storage.read(item.name);
      const record = text === undefined ? undefined : recordOf(item, text);
      if (text === undefined || record !== undefined) return record;
      this.#logOnce(item, 'it is damaged, or of a later version of this extension');
      return 'unreadable';
    } catch (error) {
      this.#logOnce(item, describeError(error));
      return 'unavailable';
    }
  }

  /** Stores a version. Rejects with the platform's error, or with a zod error for one that could not be read back. */
  async add(record: SessionRecord): Promise<void> {
    await this.#storage.add(itemOf(record), record.state === 'removed' ? '' : serialize(record));
  }

  /** Stores the newest version of a session. Throws a StoreError when the first attempt fails; retries follow. */
  async save(id: string): Promise<void> {
    await this.#saves.save(id);
  }

  /** Waits until the newest version of a session is stored, or the window has closed. Never rejects. */
  async saveAtLast(id: string): Promise<void> {
    await this.#saves.saveAtLast(id);
  }

  /**
   * Runs work for a minute at most. Throws a StoreError when it fails or takes longer; a write that is under way may
   * still land then.
   */
  async limited<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withTimeLimit(this.#runtime.clock, STORAGE_LIMIT_MS, NEVER, work);
    } catch (cause) {
      throw new StoreError('The storage of the sessions failed', { cause });
    }
  }

  #logOnce({ name }: Item, why: string): void {
    if (!this.#logged.has(name)) this.#runtime.log.warn(`A stored session cannot be read: ${why}.`);
    this.#logged.add(name);
  }

  /** Makes one attempt. */
  async #save(id: string): Promise<void> {
    await this.limited(async () => {
      const newest = this.#newest(id);
      if (newest !== undefined) await this.add(newest);
    });
  }
}
