import { type Disposable, Emitter } from '../base/emitter.ts';
import type { Runtime } from '../base/runtime.ts';
import { NEVER } from '../base/timeLimit.ts';
import { type Item, isNewerItem, newestItems } from '../sessions/items.ts';
import type { PlaceStatus, ItemStorage } from '../sessions/ports.ts';
import { StoragePlace } from './storagePlace.ts';

export interface CopiesOptions {
  readonly secrets: ItemStorage;
  readonly shared: ItemStorage;
  /**
   * True in a browser. Each change there rewrites the secrets of all extensions from the memory of one window, so
   * SecretStorage gets sign-ins and sign-outs only.
   */
  readonly inBrowser: boolean;
}

/** A process can open only so many files, and the marks of years can be missing in one place. */
const COPIES_AT_ONCE = 8;

/**
 * The two places of each item: SecretStorage, which belongs to the user and survives a rebuilt container, and a shared
 * copy, which tells the other windows. What either of them has counts, and what one of them lacks is stored there
 * again.
 */
export class TwoCopies implements ItemStorage {
  readonly #secrets: StoragePlace;
  readonly #shared: StoragePlace;
  readonly #inBrowser: boolean;
  readonly #changes = new Emitter<string | undefined>();
  readonly #subscriptions: Disposable[];
  /** The writes to the shared copy that are under way. */
  readonly #writing = new Set<Promise<void>>();
  /** How many lists have shown something missing since the current repair began. Zero when there is none. */
  #lists = 0;

  constructor({ secrets, shared, inBrowser }: CopiesOptions, runtime: Runtime) {
    const onReadable = (): void => {
      this.#changes.fire(undefined);
    };
    this.#secrets = new StoragePlace('SecretStorage', secrets, onReadable, runtime.closed, runtime);
    this.#shared = new StoragePlace('the shared copy', shared, onReadable, NEVER, runtime);
    this.#inBrowser = inBrowser;
    this.#subscriptions = [secrets, shared].map((storage) =>
      storage.onDidChange((id) => {
        this.#changes.fire(id);
      }),
    );
  }

  readonly onDidChange = this.#changes.event;

  /** Rejects only when neither place can be read. */
  async names(): Promise<readonly string[]> {
    if (this.#secrets.isOutOfReach) return this.#shared.names();
    const [inSecrets, inShared] = await Promise.allSettled([this.#secrets.names(), this.#shared.names()]);
    if (inSecrets.status === 'rejected' && inShared.status === 'rejected') throw inSecrets.reason;
    const [ofSecrets, ofShared] = [inSecrets, inShared].map((each) =>
      each.status === 'fulfilled' ? each.value : undefined,
    );
    if (ofSecrets !== undefined && ofShared !== undefined) void this.#complete(ofSecrets, ofShared);
    return [...new Set([...(ofSecrets ?? []), ...(ofShared ?? [])])];
  }

  /** Rejects only when neither place has the text and one could not be read. */
  async read(name: string): Promise<string | undefined> {
    let failure: unknown;
    for (const place of [this.#shared, this.#secrets])
      try {
        const text = place.isOutOfReach ? undefined : await place.storage.read(name);
        if (text !== undefined) return text;
      } catch (error) {
        failure = error;
      }
    if (failure !== undefined) throw failure as Error;
    return undefined;
  }

  /** Resolves as soon as one place has the item. Rejects only when neither can store it. */
  async add(item: Item, text: string): Promise<void> {
    const inShared = this.#shared.add(item, text);
    this.#writing.add(inShared);
    const written = (): void => void this.#writing.delete(inShared);
    inShared.then(written, written);
    if (this.#secrets.isOutOfReach) return inShared;
    const both = this.#belongsInSecrets(item)
      ? [inShared, this.#secrets.add(item, text)]
      : [inShared.catch(() => this.#secrets.add(item, text))];
    try {
      await Promise.any(both);
    } catch (error) {
      throw error instanceof AggregateError ? (error.errors.at(-1) as Error) : error;
    }
  }

  /** Resolves when what is being written to the shared copy is there, or cannot be. Never rejects. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  /** Whether each place worked when it was last used. */
  status(): { readonly secrets: PlaceStatus; readonly shared: PlaceStatus } {
    return { secrets: this.#secrets.status, shared: this.#shared.status };
  }

  dispose(): void {
    for (const each of [...this.#subscriptions, this.#secrets.storage, this.#shared.storage, this.#changes])
      each.dispose();
  }

  #belongsInSecrets({ isMark, version }: Item): boolean {
    return !this.#inBrowser || isMark || (version.revision === 0 && version.amendment === 0);
  }

  /**
   * Copies what one place misses: a window may have closed before both had it, or one of them was lost. Never rejects.
   */
  async #complete(ofSecrets: readonly string[], ofShared: readonly string[]): Promise<void> {
    const [inSecrets, inShared] = [newestItems(ofSecrets), newestItems(ofShared)];
    const copies: (() => Promise<void>)[] = [];
    for (const item of inSecrets.values())
      if (isMissing(item, inShared)) copies.push(() => this.#copy(item, this.#secrets, this.#shared));
    for (const item of inShared.values()) {
      const other = inSecrets.get(item.id);
      // In a browser, also a renewal whose sign-in SecretStorage does not have.
      const isWanted = this.#belongsInSecrets(item) || other?.version.signIn !== item.version.signIn;
      if (isWanted && isMissing(item, inSecrets))
        copies.push(() => this.#copy(item, this.#shared, this.#secrets));
    }
    if (copies.length === 0 || ++this.#lists > 1) return;
    const left = copies.values();
    const work = async (): Promise<void> => {
      for (const copy of left) await copy();
    };
    await Promise.all(Array.from({ length: COPIES_AT_ONCE }, work));
    const isOutdated = this.#lists > 1;
    this.#lists = 0;
    if (isOutdated) await this.names().catch(() => undefined); // and completes what was lost during the repair
  }

  async #copy(item: Item, from: StoragePlace, to: StoragePlace): Promise<void> {
    if (to.isTryingToStore(item)) return;
    try {
      const text = item.isMark ? '' : await from.storage.read(item.name);
      if (text !== undefined) await to.add(item, text);
    } catch {
      // logged and tried again by `to`, or not readable
    }
  }
}

function isMissing(item: Item, there: ReadonlyMap<string, Item>): boolean {
  const other = there.get(item.id);
  return other === undefined || isNewerItem(item, other);
}
