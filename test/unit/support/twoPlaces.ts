import { isNewerItem, newestItems, olderNames, parseItem } from '../../../src/sessions/items.ts';
import type { Runtime } from '../../../src/base/runtime.ts';
import { TwoCopies } from '../../../src/storage/twoCopies.ts';
import type { FakeClock } from './fakeClock.ts';
import { FakeStorage, type FakeWindowStorage } from './fakeStorage.ts';

/** Where the extension runs: in Node beside a desktop app or a browser, or in a web worker. */
export type HostKind = 'desktop' | 'browser' | 'web';

const never = new AbortController().signal;

/**
 * A window that reads its own copy of what is stored. It takes as long as reading `place`, and fails when that fails.
 */
function readsCopy(place: FakeWindowStorage, copy: ReadonlyMap<string, string>): FakeWindowStorage {
  return {
    ...place,
    names: async () => {
      await place.names();
      return [...copy.keys()];
    },
    read: async (name) => {
      await place.read(name);
      return copy.get(name);
    },
  };
}

/**
 * A store that each window reads once, at its start, and writes whole: what other windows have written since is lost.
 * VS Code keeps the secrets of a browser in this way.
 */
export class SnapshotStorage extends FakeStorage {
  override window(): FakeWindowStorage {
    const own = new Map(this.stored);
    const place = super.window();
    return {
      ...readsCopy(place, own),
      add: async (item, text) => {
        await place.add(item, text);
        own.set(item.name, text);
        for (const older of olderNames(item.id, [...own.keys()])) own.delete(older);
        this.stored.clear();
        for (const [name, each] of own) this.stored.set(name, each);
      },
    };
  }
}

/** How long the global state of one window takes to reach the others, as measured in a browser. */
const BROADCAST_MS = 130;
const SETTLES_AFTER_MS = 1_000;
const POLL_EVERY_MS = 1_000;

/** What one window has of the global state. */
interface StateCopy {
  readonly texts: Map<string, string>;
  /** Something has replaced or changed it. */
  changed(): void;
}

/**
 * VS Code's global state: each window has a copy in memory, and a change replaces the copies of all the others as a
 * whole. There is no event, so windows poll their copies. Reading one never fails.
 */
export class StateStorage extends FakeStorage {
  readonly #copies = new Set<StateCopy>();
  readonly #ownClock: FakeClock;
  #windows = 0;

  constructor(clock: FakeClock) {
    super(clock);
    this.#ownClock = clock;
  }

  override loseAll(): void {
    this.stored.clear();
    for (const copy of this.#copies) {
      copy.texts.clear();
      copy.changed();
    }
  }

  override window(): FakeWindowStorage {
    const clock = this.#ownClock;
    const own = new Map(this.stored);
    const place = super.window();
    // The product waits for a random time: two windows that undo each other's write do not repeat it together.
    const offsetMs = 170 * this.#windows++;
    const settlesAfterMs = SETTLES_AFTER_MS + offsetMs;
    const listeners = new Set<(id: string | undefined) => void>();
    let alive = true;
    let isPollDue = false;
    let polled = new Set(own.keys());
    const changed = new Set<string | undefined>();
    let lastSent = new Map<string, string>();
    const look = (): Set<string> => {
      const now = new Set(own.keys());
      for (const name of [...now, ...polled])
        if (!now.has(name) || !polled.has(name)) changed.add(parseItem(name)?.id);
      return now;
    };
    const poll = (): void => {
      isPollDue = false;
      polled = look();
      const ids = [...changed];
      changed.clear();
      for (const id of alive ? ids : []) for (const listener of listeners) listener(id);
    };
    const copy: StateCopy = {
      texts: own,
      changed: () => {
        if (isPollDue) return;
        isPollDue = true;
        const ranMs = clock.ranMs - offsetMs;
        clock.at(offsetMs + POLL_EVERY_MS * (Math.floor(ranMs / POLL_EVERY_MS) + 1), poll);
      },
    };
    this.#copies.add(copy);
    const write = (changes: ReadonlyMap<string, string | undefined>): void => {
      for (const [name, text] of changes)
        if (text === undefined) own.delete(name);
        else own.set(name, text);
      copy.changed();
      const whole = new Map(own);
      clock.at(clock.ranMs + BROADCAST_MS, () => {
        this.#replace(this.stored, whole);
        for (const other of this.#copies)
          if (other !== copy) {
            this.#replace(other.texts, whole);
            other.changed();
          }
      });
    };
    const isMissing = (name: string): boolean => {
      const item = parseItem(name);
      const newest = item && newestItems(own.keys()).get(item.id);
      return (
        item !== undefined && newest?.name !== name && (newest === undefined || isNewerItem(item, newest))
      );
    };
    return {
      ...place,
      names: () => Promise.resolve([...look()]),
      read: (name) => Promise.resolve(own.get(name)),
      add: async (item, text) => {
        let sent: Map<string, string> | undefined;
        const changes = (): Map<string, string | undefined> => {
          const all = new Map<string, string | undefined>();
          for (const [name, kept] of sent ?? []) if (isMissing(name)) all.set(name, kept);
          for (const [name, kept] of own) if (sent !== undefined && !lastSent.has(name)) all.set(name, kept);
          const added = isMissing(item.name) ? [item.name] : [];
          for (const name of added) all.set(name, text);
          for (const older of olderNames(item.id, [...own.keys(), ...added])) all.set(older, undefined);
          return all;
        };
        for (let writes = 0; writes < 5 && changes().size > 0; writes++) {
          await place.names(); // takes as long, and fails when it fails
          if (!alive) return new Promise<never>(() => undefined);
          write(changes());
          lastSent = sent = new Map(own);
          await clock.sleep(settlesAfterMs, never);
        }
        if (isMissing(item.name)) throw new Error('undone');
      },
      onDidChange: (listener) => {
        listeners.add(listener);
        return { dispose: () => listeners.delete(listener) };
      },
      die: () => {
        alive = false;
        this.#copies.delete(copy);
        place.die();
      },
    };
  }

  #replace(texts: Map<string, string>, whole: ReadonlyMap<string, string>): void {
    texts.clear();
    for (const [each, kept] of whole) texts.set(each, kept);
  }
}

/** The two places of one user, as all windows share them. */
export class TwoPlaces {
  readonly secrets: FakeStorage;
  readonly shared: FakeStorage;
  readonly #kind: HostKind;

  constructor(kind: HostKind, clock: FakeClock) {
    this.#kind = kind;
    this.secrets = kind === 'desktop' ? new FakeStorage(clock) : new SnapshotStorage(clock);
    this.shared = kind === 'web' ? new StateStorage(clock) : new FakeStorage(clock);
  }

  /** The storage of a window, as the product puts it together. */
  window(runtime: Runtime): FakeWindowStorage {
    const places = { secrets: this.secrets.window(), shared: this.shared.window() };
    const copies = new TwoCopies({ ...places, inBrowser: this.#kind !== 'desktop' }, runtime);
    return {
      names: () => copies.names(),
      read: (name) => copies.read(name),
      add: (item, text) => copies.add(item, text),
      onDidChange: copies.onDidChange,
      dispose: () => {
        copies.dispose();
      },
      die: () => {
        for (const place of Object.values(places)) place.die();
      },
      stop: () => {
        for (const place of Object.values(places)) place.stop();
      },
      goOn: () => {
        for (const place of Object.values(places)) place.goOn();
      },
    };
  }

  /** The newest text of each session in either place, by the names of their items. */
  newest(): Map<string, string> {
    const all = new Map([...this.secrets.stored, ...this.shared.stored]);
    return new Map([...newestItems(all.keys()).values()].map(({ name }) => [name, all.get(name) ?? '']));
  }
}
