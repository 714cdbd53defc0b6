import { itemOf, newestItems, parseItem, olderNames } from '../../../src/sessions/items.ts';
import type { ItemStorage, WorkStorage } from '../../../src/sessions/ports.ts';
import { serialize, type SessionRecord } from '../../../src/sessions/record.ts';
import type { FakeClock } from './fakeClock.ts';

/** The storage as one window sees it. */
export interface FakeWindowStorage extends ItemStorage {
  /** The window's process ends. What has not landed by then never lands. */
  die(): void;
  /** The window's process stops, and continues later. What has not landed by then lands when it continues. */
  stop(): void;
  goOn(): void;
}

/**
 * The storage that all windows share. A read returns what was there when it began. A write lands after `writeMs`, and
 * then every window gets the event, even the one that wrote.
 */
export class FakeStorage {
  /** The texts, by the names of their items. */
  readonly stored = new Map<string, string>();
  /** What goes wrong, until it is set to undefined again. */
  readFailure: Error | undefined;
  writeFailure: Error | undefined;
  /** Ids of which no text can be read, until they are taken out. They are listed. */
  readonly unreadable = new Set<string>();
  /** How long an answer takes, in milliseconds. */
  readMs = 0;
  writeMs = 0;
  /** Some storages fire the event before they answer, others after it. */
  eventsFirst = true;
  /** How many of the next lists are empty, as in a window that does not see what another one has written. */
  emptyLists = 0;

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

  /** While it hangs, no answer comes. When it stops hanging, all answers that are due come. */
  set hangs(hangs: boolean) {
    if (hangs) this.#hanging ??= Promise.withResolvers();
    else {
      this.#hanging?.resolve(undefined);
      this.#hanging = undefined;
    }
  }

  /** The newest text of a session. A mark has an empty one. */
  textOf(sessionId: string): string | undefined {
    const item = newestItems(this.stored.keys()).get(sessionId);
    return item && this.stored.get(item.name);
  }

  /** Stores a record without an event. */
  have(record: SessionRecord): void {
    this.stored.set(itemOf(record).name, textOf(record));
    for (const older of olderNames(record.id, [...this.stored.keys()])) this.stored.delete(older);
  }

  /** Another window stores a record, and the windows get the event. */
  put(record: SessionRecord): void {
    this.have(record);
    this.#tell(record.id);
  }

  /** Another program deletes all items of a session, without an event. */
  drop(sessionId: string): void {
    for (const name of [...this.stored.keys()])
      if (parseItem(name)?.id === sessionId) this.stored.delete(name);
  }

  /** Another program deletes all items of a session, and the windows get the event. */
  lose(sessionId: string): void {
    this.drop(sessionId);
    this.#tell(sessionId);
  }

  /** Another program, such as one that restores files, replaces what was there by this record. */
  restore(record: SessionRecord): void {
    this.lose(record.id);
    this.put(record);
  }

  /** Everything in it is lost, and the windows get the event. */
  loseAll(): void {
    this.stored.clear();
    this.tellOfAll();
  }

  /** Fires the event that says that any text may have changed. */
  tellOfAll(): void {
    this.#tell(undefined);
  }

  window(): FakeWindowStorage {
    let alive = true;
    let stopped: PromiseWithResolvers<undefined> | undefined;
    const isAlive = (): boolean => alive;
    const own = new Set<(id: string | undefined) => void>();
    const never = new Promise<never>(() => undefined);
    const answer = async <T>(ms: number, get: () => T): Promise<T> => {
      await Promise.resolve();
      if (!isAlive()) return never;
      if (ms > 0) await this.#clock.sleep(ms, new AbortController().signal);
      while (this.#hanging !== undefined) await this.#hanging.promise;
      while (stopped !== undefined) await stopped.promise;
      return isAlive() ? get() : never;
    };
    const read = async <T>(get: () => T): Promise<T> => {
      if (this.readFailure) throw this.readFailure;
      const found = get();
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
      names: async () => {
        if (this.emptyLists === 0) return read(() => [...this.stored.keys()]);
        this.emptyLists -= 1;
        return read(() => []);
      },
      read: async (name) => {
        if (this.unreadable.has(parseItem(name)?.id ?? '')) throw new Error('EIO');
        return read(() => this.stored.get(name));
      },
      add: ({ name, id }, text) =>
        write(id, () => {
          this.stored.set(name, text);
          for (const older of olderNames(id, [...this.stored.keys()])) this.stored.delete(older);
        }),
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
      stop: () => {
        stopped ??= Promise.withResolvers();
      },
      goOn: () => {
        stopped?.resolve(undefined);
        stopped = undefined;
      },
    };
  }

  /** The same for work that is not done yet. */
  workWindow(): FakeWindowStorage & WorkStorage {
    const window = this.window();
    return {
      ...window,
      drop: async (name) => {
        await window.read(name);
        this.stored.delete(name);
      },
    };
  }

  #tell(id: string | undefined): void {
    for (const listener of [...this.#listeners]) listener(id);
  }
}

/** The text that is stored for a record. */
export function textOf(record: SessionRecord): string {
  return record.state === 'removed' ? '' : serialize(record);
}
