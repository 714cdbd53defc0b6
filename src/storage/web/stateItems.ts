import type * as vscode from 'vscode';

import { Emitter } from '../../base/emitter.ts';
import { Lazy } from '../../base/lazy.ts';
import type { Runtime } from '../../base/runtime.ts';
import { isNewerItem, type Item, newestItems, olderNames, parseItem } from '../../sessions/items.ts';
import type { WorkStorage } from '../../sessions/ports.ts';
import { fromBase64, type SessionCipher, toBase64 } from '../cipher.ts';
import type { SharedKey } from '../keyAgreement.ts';

/** How often a window polls its copy of the global state, for whose changes VS Code has no event. */
const POLL_EVERY_MS = 1_000;
/** A write counts when it is still there after this time: another window's write can undo it until then. */
const SETTLES_AFTER_MS = 1_000;
const MAX_WRITES = 5;
/** The value of a mark, which has no text. */
const EMPTY = '-';

/** Another window has undone a write each time. */
export class UndoneError extends Error {
  override readonly name = 'UndoneError';
}

/**
 * Items in a browser: encrypted, in the extension's global state, which VS Code synchronizes between all windows. Only
 * SecretStorage holds the key. VS Code writes the global state as a whole, so two windows that write at the same time
 * keep each other's copy. A write is repeated until it stays, and until the others have all that this window has.
 */
export class StateItems implements WorkStorage {
  readonly #memento: vscode.Memento;
  readonly #prefix: string;
  readonly #key: SharedKey;
  readonly #runtime: Runtime;
  readonly #changes = new Emitter<string | undefined>();
  readonly #opening = new Lazy(() => this.#open());
  /** The keys at the last poll. */
  #polled: ReadonlySet<string> = new Set();
  /** The ids of the items whose keys differed from these in any list since. */
  readonly #changed = new Set<string>();
  /** All keys that were there when this window last wrote, whichever item it was. */
  #sent: ReadonlySet<string> = new Set();

  /** `prefix`: what the keys of these items start with. */
  constructor(memento: vscode.Memento, prefix: string, key: SharedKey, runtime: Runtime) {
    this.#memento = memento;
    this.#prefix = prefix;
    this.#key = key;
    this.#runtime = runtime;
    key.onDidChange(() => {
      this.#changes.fire(undefined);
    });
  }

  async names(): Promise<string[]> {
    const cipher = await this.#opened();
    const names: string[] = [];
    for (const key of this.#look()) {
      const item = await this.#itemIn(cipher, key);
      if (item !== undefined) names.push(item.name);
    }
    return names;
  }

  async read(name: string): Promise<string | undefined> {
    const cipher = await this.#opened();
    const sealed = this.#memento.get(await this.#keyOf(cipher, name));
    const bytes = typeof sealed === 'string' ? fromBase64(sealed) : undefined;
    return bytes && cipher.open(name, bytes);
  }

  async add(item: Item, text: string): Promise<void> {
    const { clock, closed } = this.#runtime;
    let sent: ReadonlyMap<string, unknown> | undefined;
    for (let writes = 0; writes < MAX_WRITES; writes++) {
      const changes = new Map([...(await this.#changedSince(sent)), ...(await this.#changesFor(item, text))]);
      if (changes.size === 0) return;
      await this.#key.keep();
      const writing = [...changes].map((change) => this.#memento.update(...change));
      sent = new Map(this.#keys().map((key) => [key, this.#memento.get(key)]));
      this.#sent = new Set(sent.keys());
      await Promise.all(writing);
      // Two windows that undo each other's write must not write again at the same moment.
      await clock.sleep(SETTLES_AFTER_MS * (1 + Math.random()), closed).catch(() => undefined);
      if (closed.aborted) return; // the state has it, and another window's write will no longer be seen here
    }
    if (!(await this.#has(item))) throw new UndoneError();
  }

  async drop(name: string): Promise<void> {
    await this.#memento.update(await this.#keyOf(await this.#opened(), name), undefined);
  }

  readonly onDidChange = this.#changes.event;

  dispose(): void {
    this.#changes.dispose();
  }

  /** True if the item is there, or a newer one of its session that another window has written since. */
  async #has(item: Item): Promise<boolean> {
    const newest = newestItems(await this.names()).get(item.id);
    if (newest?.name !== item.name) return newest !== undefined && isNewerItem(newest, item);
    return item.isMark || (await this.read(item.name)) !== undefined;
  }

  /** What is to be written at once, so that no other write can come in between: values by key, undefined to delete. */
  async #changesFor(item: Item, text: string): Promise<Map<string, unknown>> {
    const cipher = await this.#opened();
    const changes = new Map<string, unknown>();
    const names = await this.names();
    if (!(await this.#has(item))) {
      names.push(item.name);
      const value = item.isMark ? EMPTY : toBase64(await cipher.seal(item.name, text));
      changes.set(await this.#keyOf(cipher, item.name), value);
    }
    for (const older of olderNames(item.id, names)) changes.set(await this.#keyOf(cipher, older), undefined);
    return changes;
  }

  /**
   * What other windows may lack: what the last write of this window did not have, and what it had and has lost since.
   * When two writes have crossed, each window has what the other one lacks, so both write all of it again.
   */
  async #changedSince(sent: ReadonlyMap<string, unknown> | undefined): Promise<Map<string, unknown>> {
    const changed = new Map<string, unknown>();
    if (sent === undefined) return changed;
    const cipher = await this.#opened();
    for (const key of new Set([...sent.keys(), ...this.#keys()])) {
      const value: unknown = this.#memento.get(key);
      if (value !== undefined && this.#sent.has(key)) continue;
      const item = await this.#itemIn(cipher, key);
      if (item === undefined) continue;
      if (value !== undefined || !(await this.#has(item))) changed.set(key, value ?? sent.get(key));
    }
    return changed;
  }

  async #opened(): Promise<SessionCipher> {
    await this.#opening.get();
    return this.#key.cipher();
  }

  async #open(): Promise<void> {
    const cipher = await this.#key.cipher();
    // Items of a key that is lost. An open window that has them in memory writes them again, with this key.
    for (const key of this.#keys()) {
      const name = this.#nameIn(key);
      if (parseItem(name) !== undefined && key !== (await this.#keyOf(cipher, name)))
        await this.#memento.update(key, undefined);
    }
    void this.#poll();
  }

  /** Polls the global state until the window closes. */
  async #poll(): Promise<void> {
    const { clock, closed } = this.#runtime;
    this.#polled = new Set(this.#keys());
    for (;;) {
      await clock.sleep(POLL_EVERY_MS, closed).catch(() => undefined);
      if (closed.aborted) return;
      this.#polled = this.#look();
      const ids = [...this.#changed];
      this.#changed.clear();
      for (const id of ids) this.#changes.fire(id);
    }
  }

  /** Returns the keys. What is missing here can be back before the next poll, and was a change nevertheless. */
  #look(): ReadonlySet<string> {
    const now = new Set(this.#keys());
    const before = this.#polled;
    const changed = [...now, ...before].filter((key) => !now.has(key) || !before.has(key));
    for (const key of changed) {
      const id = parseItem(this.#nameIn(key))?.id;
      if (id !== undefined) this.#changed.add(id);
    }
    return now;
  }

  #keys(): string[] {
    return this.#memento.keys().filter((key) => key.startsWith(this.#prefix));
  }

  /** Undefined for a key that does not have the tag of this cipher. */
  async #itemIn(cipher: SessionCipher, key: string): Promise<Item | undefined> {
    const item = parseItem(this.#nameIn(key));
    return item !== undefined && key === (await this.#keyOf(cipher, item.name)) ? item : undefined;
  }

  async #keyOf(cipher: SessionCipher, name: string): Promise<string> {
    return `${this.#prefix}${name}.${await cipher.tagOf(name)}`;
  }

  #nameIn(key: string): string {
    return key.slice(this.#prefix.length, key.lastIndexOf('.'));
  }
}
