import { Emitter } from '../base/emitter.ts';
import { isNewerItem, type Item, itemOf } from './items.ts';
import {
  changesBetween,
  isLive,
  type LiveSession,
  type Session,
  type SessionChange,
  type SessionRecord,
} from './record.ts';

interface Known {
  readonly record: SessionRecord;
  readonly item: Item;
}

/** The newest version of each session that a window has seen. Nothing brings an older one back. */
export class SessionMemory {
  readonly #known = new Map<string, Known>();
  readonly #changes = new Emitter<SessionChange>();
  /** The answer of `sessions()`, until a record changes. */
  #sorted: readonly Session[] | undefined;
  /** False until the first read is over, whether or not it succeeded. */
  firesChanges = false;

  readonly onDidChange = this.#changes.event;

  get(id: string): SessionRecord | undefined {
    return this.#known.get(id)?.record;
  }

  itemOf(id: string): Item | undefined {
    return this.#known.get(id)?.item;
  }

  liveSession(id: string): LiveSession | undefined {
    return [this.get(id)].find(isLive);
  }

  ids(): string[] {
    return [...this.#known.keys()];
  }

  /** Every record, including signed-out ones. */
  records(): SessionRecord[] {
    return [...this.#known.values()].map(({ record }) => record);
  }

  /** All live and ended sessions, oldest sign-in first. */
  sessions(): readonly Session[] {
    this.#sorted ??= this.records()
      .filter((record) => record.state !== 'removed')
      .sort((a, b) => a.signedInAtMs - b.signedInAtMs);
    return this.#sorted;
  }

  /**
   * Takes a version and fires what it changes, if it is newer. `item` is the one that it was read from, and `isOld` says
   * that it was there when the window opened, so that it is no sign-in. Throws a zod error for a record that could not
   * be read back.
   */
  publish(record: SessionRecord, item = itemOf(record), isOld = false): void {
    const before = this.#known.get(item.id);
    if (before !== undefined && !isNewerItem(item, before.item)) return;
    this.#known.set(item.id, { record, item });
    this.#sorted = undefined;
    if (!this.firesChanges) return;
    for (const change of changesBetween(before?.record, record))
      this.#changes.fire(isOld ? { ...change, isSignIn: false } : change);
  }

  dispose(): void {
    this.#changes.dispose();
  }
}
