import * as z from 'zod/mini';

import { type Disposable, Emitter } from '../base/emitter.ts';
import { parseJson } from '../base/json.ts';
import { keepTrying, tryAgain } from '../base/keepTrying.ts';
import { Lazy } from '../base/lazy.ts';
import type { Runtime } from '../base/runtime.ts';
import { Saves } from '../base/saves.ts';
import { isNewerItem, type Item, itemFor, newestItems, readText } from '../sessions/items.ts';
import type { ItemStorage } from '../sessions/ports.ts';

/** What an extension gets in place of a token. It is random, and neither part of it is made from a token. */
const Handle = z.object({
  /** The ID of the session of `bap-identity`. It is not that of the session behind it. */
  id: z.string(),
  /** The access token of that session. Whoever has it learns who the user is. No server knows it. */
  text: z.string(),
  /** The number of sign-ins of the session behind it, as in its version, when the handle was given. */
  signIn: z.number(),
});
export type Handle = z.infer<typeof Handle>;

/** Without a handle, it was taken back. */
const Stored = z.object({ format: z.literal(1), handle: z.exactOptional(Handle) });

interface Known {
  readonly item: Item;
  readonly handle: Handle | undefined;
  /** Undefined for an item that could not be read. No older one stands in for it. */
  readonly text: string | undefined;
}

/**
 * The handles of the sessions whose identity extensions have asked for, by the ids of these sessions: in memory for
 * reading, in storage for the other windows and the next start. Each change is a new version, and the newest counts, so
 * a late write of an earlier one brings nothing back.
 */
export class IdentityHandles implements Disposable {
  readonly #storage: ItemStorage;
  readonly #runtime: Runtime;
  readonly #known = new Map<string, Known>();
  readonly #changes = new Emitter<undefined>();
  readonly #loading = new Lazy(() => this.#reread());
  readonly #subscription: Disposable;
  readonly #saves: Saves;
  /** The sessions whose newest item storage may give later. */
  readonly #readingLater = new Set<string>();
  #isOpen = false;

  constructor(storage: ItemStorage, runtime: Runtime) {
    this.#storage = storage;
    this.#runtime = runtime;
    const failure = 'A change to the shared identities could not be stored';
    this.#saves = new Saves((sessionId) => this.#add(sessionId), failure, runtime);
    this.#subscription = storage.onDidChange(() => void this.#storageChanged());
  }

  /** Fires when any of them may have changed, in any window. */
  readonly onDidChange = this.#changes.event;

  /** Reads what is stored, once. Rejects with the platform's error; the next call tries again. */
  async load(): Promise<void> {
    if (!this.#isOpen) await this.#loading.get();
  }

  /** The handle of the session with this id, from memory. */
  of(sessionId: string): Handle | undefined {
    return this.#known.get(sessionId)?.handle;
  }

  /** The ids of all sessions that have a handle. */
  sessionIds(): string[] {
    return [...this.#known].filter(([, { handle }]) => handle !== undefined).map(([id]) => id);
  }

  /**
   * Gives a session a new handle: in memory before this returns, and in storage a moment later. Where storage fails,
   * attempts to store it go on, and the handle ends with the window if all of them fail.
   */
  give(sessionId: string, signIn: number): void {
    this.#isOpen = true; // the event of a storage that works again brings the others
    const handle = { id: crypto.randomUUID(), text: `identity-handle-${crypto.randomUUID()}`, signIn };
    void this.#replace(sessionId, handle).catch(() => undefined); // logged and retried there
  }

  /**
   * Takes the handle of a session back: from memory before this returns. Resolves with false when the first attempt to
   * store that fails; retries follow. Does nothing for a session without a handle.
   */
  async takeBack(sessionId: string): Promise<boolean> {
    if (this.of(sessionId) === undefined) return true;
    return this.#replace(sessionId, undefined).then(
      () => true,
      () => false, // logged and retried there
    );
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  /** Rejects with the platform's error when the first attempt to store it fails; retries follow. */
  #replace(sessionId: string, handle: Handle | undefined): Promise<void> {
    const signIn = (this.#known.get(sessionId)?.item.version.signIn ?? 0) + 1;
    const text = JSON.stringify(z.parse(Stored, { format: 1, ...(handle && { handle }) }));
    const item = itemFor(sessionId, { signIn, revision: 0, amendment: 0 }, text);
    this.#known.set(sessionId, { item, handle, text });
    this.#changes.fire(undefined);
    return this.#saves.save(sessionId);
  }

  /** Makes one attempt. Rejects with the platform's error. */
  async #add(sessionId: string): Promise<void> {
    const { item, text } = this.#known.get(sessionId) ?? {};
    if (item !== undefined && text !== undefined) await this.#storage.add(item, text);
  }

  async #storageChanged(): Promise<void> {
    const look = async (): Promise<void> => {
      await this.load();
      await this.#reread();
    };
    await look().catch(() => keepTrying(look, this.#runtime)); // logged by the storage
  }

  /** Rejects with the platform's error. */
  async #reread(): Promise<void> {
    const newest = newestItems(await this.#storage.names());
    await Promise.all([...newest.values()].map((item) => this.#take(item)));
    // A stale window of a browser can undo a write.
    for (const [id, { item }] of this.#known) {
      const stored = newest.get(id);
      if (stored === undefined || isNewerItem(item, stored)) void this.#saves.save(id).catch(() => undefined); // logged and retried there
    }
    this.#isOpen = true;
    this.#changes.fire(undefined);
  }

  /** One item that cannot be read costs no other: it is retried. Never rejects. */
  async #take(item: Item): Promise<void> {
    try {
      await this.#read(item);
    } catch (error) {
      if (!this.#known.has(item.id)) this.#known.set(item.id, { item, handle: undefined, text: undefined });
      if (this.#readingLater.has(item.id)) return;
      this.#readingLater.add(item.id);
      const read = async (): Promise<void> => {
        await this.#read(item);
        this.#readingLater.delete(item.id);
        this.#changes.fire(undefined);
      };
      void tryAgain('A shared identity cannot be read now', error, read, this.#runtime);
    }
  }

  /** Rejects with the platform's error. */
  async #read(item: Item): Promise<void> {
    if (this.#isKnown(item)) return;
    const text = await readText(this.#storage, item);
    if (this.#isKnown(item)) return; // a newer one has arrived since
    const handle = text === undefined ? undefined : parseJson(Stored, text)?.handle;
    this.#known.set(item.id, { item, handle, text });
  }

  #isKnown(item: Item): boolean {
    const known = this.#known.get(item.id);
    if (known === undefined) return false;
    return known.item.name === item.name ? known.text !== undefined : !isNewerItem(item, known.item);
  }
}
