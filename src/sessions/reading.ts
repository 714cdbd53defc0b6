import { keepTrying } from '../base/keepTrying.ts';
import type { Runtime } from '../base/runtime.ts';
import { isNewerItem, type Item } from './items.ts';
import type { SessionMemory } from './memory.ts';
import { type StoredSessions, StoreError } from './storedSessions.ts';

/** How many items are read at a time: a process can open only so many files. */
const READ_AT_ONCE = 8;

/** Makes what a window has in memory agree with what is stored: it takes what is newer there, and stores what is not. */
export class Reading {
  readonly #memory: SessionMemory;
  readonly #stored: StoredSessions;
  readonly #runtime: Runtime;
  /** Sessions whose newest item cannot be read. No older version stands in for it. */
  readonly #unreadable = new Set<string>();
  /** Those of them that storage may give later. */
  readonly #readingLater = new Set<string>();
  /** Those that were unreadable when the window opened. */
  readonly #unreadableAtStart = new Set<string>();
  /** All that is stored was read once. */
  #isRead = false;

  constructor(memory: SessionMemory, stored: StoredSessions, runtime: Runtime) {
    this.#memory = memory;
    this.#stored = stored;
    this.#runtime = runtime;
  }

  /** True for a session that is stored, but whose newest version cannot be read. */
  isUnreadable(id: string): boolean {
    return this.#unreadable.has(id);
  }

  /** Reads every session. Throws a StoreError. */
  async readAll(): Promise<void> {
    await this.#reconcile(undefined);
    this.#isRead = true;
  }

  /** Reads one session. Throws a StoreError when what is stored cannot be listed. */
  async read(id: string): Promise<void> {
    await this.#reconcile(id);
  }

  /** One session, or all. */
  #reconcile(only: string | undefined): Promise<void> {
    return this.#stored.limited(async () => {
      const isWhole = await this.#compare(only, false);
      if (!isWhole) await this.#compare(only, true);
    });
  }

  /** Returns false when an item was replaced after it was listed, so that another list is needed. */
  async #compare(only: string | undefined, isLast: boolean): Promise<boolean> {
    const newest = await this.#stored.newestItems();
    const ids = only === undefined ? [...new Set([...newest.keys(), ...this.#memory.ids()])] : [only];
    let isWhole = true;
    for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
      const some = ids.slice(from, from + READ_AT_ONCE);
      const whole = await Promise.all(some.map((id) => this.#take(id, newest.get(id), isLast)));
      isWhole &&= whole.every(Boolean);
    }
    return isWhole;
  }

  /** Returns false as `#compare` does. Storage is written in the background. */
  async #take(id: string, item: Item | undefined, isLast: boolean): Promise<boolean> {
    const known = this.#memory.itemOf(id);
    if (item !== undefined && (known === undefined || isNewerItem(item, known))) {
      const stored = await this.#stored.read(item);
      if (stored === undefined && !isLast) return false;
      if (stored === undefined || typeof stored === 'string') {
        this.#cannotRead(id, stored === 'unavailable');
        return true;
      }
      const isOld = known === undefined && (!this.#isRead || this.#unreadableAtStart.has(id));
      this.#memory.publish(stored, item, isOld);
    } else if (known !== undefined && known.name !== item?.name) {
      void this.#stored.save(id).catch(() => undefined); // logged and retried there
    }
    this.#unreadable.delete(id);
    this.#readingLater.delete(id);
    return true;
  }

  #cannotRead(id: string, isWorthRetry: boolean): void {
    this.#unreadable.add(id);
    if (!this.#isRead) this.#unreadableAtStart.add(id);
    if (!isWorthRetry) this.#readingLater.delete(id);
    if (!isWorthRetry || this.#readingLater.has(id)) return;
    this.#readingLater.add(id);
    void keepTrying(async () => {
      await this.#reconcile(id);
      if (this.#readingLater.has(id)) throw new StoreError('The storage does not give the session yet');
    }, this.#runtime);
  }
}
