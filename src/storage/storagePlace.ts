import { keepTrying } from '../base/keepTrying.ts';
import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { type Item, isNewerItem } from '../sessions/items.ts';
import type { PlaceStatus, ItemStorage } from '../sessions/ports.ts';

/** One of the two places where items are stored. Retries what it could not store. */
export class StoragePlace {
  readonly storage: ItemStorage;
  readonly #name: string;
  readonly #onReadable: () => void;
  readonly #end: AbortSignal;
  readonly #runtime: Runtime;
  /** What could not be stored yet, by session id: the newest item only. */
  readonly #missing = new Map<string, { readonly item: Item; readonly text: string }>();
  #isTrying = false;
  #isReadingAgain = false;
  /** What failed when it was last done. */
  readonly #failing = new Set<'read from' | 'written to'>();
  #isUsed = false;

  /** `onReadable`: when a list works again after one failed. `end`: aborts when the place can no longer be reached. */
  constructor(
    name: string,
    storage: ItemStorage,
    onReadable: () => void,
    end: AbortSignal,
    runtime: Runtime,
  ) {
    this.#name = name;
    this.storage = storage;
    this.#onReadable = onReadable;
    this.#end = end;
    this.#runtime = runtime;
  }

  get status(): PlaceStatus {
    if (this.#failing.size > 0) return 'fails';
    return this.#isUsed ? 'works' : 'unused';
  }

  get isOutOfReach(): boolean {
    return this.#end.aborted;
  }

  isTryingToStore({ id }: Item): boolean {
    return this.#missing.has(id);
  }

  async names(): Promise<readonly string[]> {
    try {
      return await this.#noted('read from', () => this.storage.names());
    } catch (error) {
      void this.#readAgain();
      throw error;
    }
  }

  async add(item: Item, text: string): Promise<void> {
    try {
      await this.#noted('written to', () => this.storage.add(item, text));
    } catch (error) {
      this.#tryAgain(item, text);
      throw error;
    }
  }

  /** A change that could not be read would be missed. Never rejects. */
  async #readAgain(): Promise<void> {
    if (this.#isReadingAgain) return;
    this.#isReadingAgain = true;
    await keepTrying(() => this.#noted('read from', () => this.storage.names()), this.#runtime);
    this.#isReadingAgain = false;
    if (!this.#runtime.closed.aborted) this.#onReadable();
  }

  /** Logs only the first of consecutive failures. */
  async #noted<T>(what: 'read from' | 'written to', work: () => Promise<T>): Promise<T> {
    this.#end.throwIfAborted();
    this.#isUsed = true;
    try {
      const result = await work();
      this.#failing.delete(what);
      return result;
    } catch (error) {
      if (!this.#failing.has(what) && !this.#runtime.closed.aborted)
        this.#runtime.log.warn(`Sessions cannot be ${what} ${this.#name}: ${describeError(error)}.`);
      this.#failing.add(what);
      throw error;
    }
  }

  #tryAgain(item: Item, text: string): void {
    const other = this.#missing.get(item.id)?.item;
    if (other === undefined || isNewerItem(item, other)) this.#missing.set(item.id, { item, text });
    if (this.#isTrying) return;
    this.#isTrying = true;
    void keepTrying(() => this.#addMissing(), this.#runtime);
  }

  /** Rejects unless all are stored. One that cannot be stored keeps back no other. */
  async #addMissing(): Promise<void> {
    for (const [id, missing] of [...this.#missing])
      try {
        await this.#noted('written to', () => this.storage.add(missing.item, missing.text));
        if (this.#missing.get(id) === missing) this.#missing.delete(id);
      } catch {
        // logged, and tried again with the others
      }
    if (this.#missing.size > 0) throw new Error('Some are not stored yet');
    this.#isTrying = false;
  }
}
