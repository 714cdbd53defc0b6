import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';

import { isNewerItem, itemOf, newestItems, parseItem } from '../../../../src/sessions/items.ts';
import { FIRST_VERSION, serialize, type SessionRecord } from '../../../../src/sessions/record.ts';
import { SessionStore } from '../../../../src/sessions/store.ts';
import { SessionCipher } from '../../../../src/storage/cipher.ts';
import { SharedKey } from '../../../../src/storage/keyAgreement.ts';
import { FileItems } from '../../../../src/storage/node/fileItems.ts';
import { DiskClock } from '../../support/diskClock.ts';
import { FakeLocks } from '../../support/fakeLocks.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { FakeSecrets } from '../../support/fakeSecrets.ts';
import { holds } from '../../support/fuzz.ts';
import { recordOf, removedOf } from '../../support/record.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { renewed } from '../../support/storeWorld.ts';

/** Sessions that the windows have, and one that they do not have. */
const OURS = ['session-a', 'session-b'];
const NOT_OURS = 'session-c';

interface Window {
  readonly files: FileItems;
  readonly store: SessionStore;
}

/** What can happen. Numbers choose from what there is at that moment. */
type Step =
  | { readonly does: 'renew' | 'reread' | 'sign out'; readonly window: number; readonly id: string }
  | { readonly does: 'open' }
  | {
      readonly does: 'plant';
      readonly id: string;
      readonly how: 'clear' | 'other key';
      readonly signIn: number;
    }
  | { readonly does: 'put bytes'; readonly file: number; readonly bytes: Uint8Array }
  | { readonly does: 'truncate' | 'change a byte'; readonly file: number; readonly at: number }
  | { readonly does: 'restore'; readonly from: number }
  | { readonly does: 'delete'; readonly file: number };

const id = fc.constantFrom(...OURS);
const file = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constantFrom('renew' as const, 'reread' as const), window: fc.nat(3), id }),
  fc.record({ does: fc.constant('sign out' as const), window: fc.nat(3), id: fc.constant('session-b') }),
  fc.record({ does: fc.constant('open' as const) }),
  fc.record({
    does: fc.constant('plant' as const),
    id: fc.constantFrom(...OURS, NOT_OURS),
    how: fc.constantFrom('clear' as const, 'other key' as const),
    signIn: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ does: fc.constant('put bytes' as const), file, bytes: fc.uint8Array({ maxLength: 200 }) }),
  fc.record({
    does: fc.constantFrom('truncate' as const, 'change a byte' as const),
    file,
    at: fc.nat(1_000),
  }),
  fc.record({ does: fc.constant('restore' as const), from: fc.nat(50) }),
  fc.record({ does: fc.constant('delete' as const), file }),
);

/** Windows that share a folder, and another program that writes into it. At least one window is always open. */
class World {
  readonly #clock = new DiskClock();
  readonly #closed = new AbortController();
  readonly #locks = new FakeLocks(this.#clock);
  readonly #windows: Window[] = [];
  /** The newest version of each session that a window has made. */
  readonly #newest = new Map<string, SessionRecord>();
  /** All files that a window has written. The other program has a copy of each. */
  readonly #seen: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  readonly #parent: string;
  readonly #cipher: SessionCipher;

  constructor(parent: string, cipher: SessionCipher) {
    this.#parent = parent;
    this.#cipher = cipher;
  }

  async begin(): Promise<void> {
    await this.#open();
    for (const each of OURS) await this.#write(this.#window(0), recordOf(each, { version: FIRST_VERSION }));
  }

  async take(next: Step): Promise<void> {
    if (next.does === 'open') {
      if (this.#windows.length < 3) await this.#open();
    } else if ('window' in next) await this.#use(this.#window(next.window), next.does, next.id);
    else await this.#attack(next);
  }

  /** Every window reads its storage, as it does every 30 seconds. Then all must be well. */
  async check(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      for (const { store } of this.#windows) await this.#clock.run(store.rereadAll());
      await this.#clock.advance(1_000);
    }
    const byId = (a: SessionRecord, b: SessionRecord): number => (a.id < b.id ? -1 : 1);
    const newest = [...this.#newest.values()].sort(byId);
    const { store: first } = this.#window(0);
    assert.deepEqual(
      first.records().sort(byId),
      newest,
      'the first window has the newest versions, and no other',
    );
    for (const { store } of this.#windows.slice(1))
      for (const record of newest) {
        const known = store.get(record.id);
        assert.ok(known === undefined || !isNewerItem(itemOf(known), itemOf(record)), 'none is made up');
      }
    const names = (await readdir(this.#folder)).map((name) => name.slice(0, name.lastIndexOf('.')));
    const inFolder = newestItems(names.filter((name) => this.#isMade(name)));
    for (const record of newest)
      assert.equal(inFolder.get(record.id)?.name, itemOf(record).name, 'the newest is in the folder again');
    assert.deepEqual(
      (await readdir(this.#folder)).filter((name) => name.endsWith('.tmp')),
      [],
    );
  }

  async end(): Promise<void> {
    this.#closed.abort(new Error('closed'));
    for (const { files, store } of this.#windows) {
      store.dispose();
      files.dispose();
    }
    await this.#clock.settle();
  }

  get #folder(): string {
    return path.join(this.#parent, this.#cipher.name);
  }

  #isMade(name: string): boolean {
    return this.#seen.some((each) => each.name.startsWith(`${name}.`));
  }

  async #attack(next: Exclude<Step, { does: 'open' } | { window: number }>): Promise<void> {
    if (next.does === 'plant') return this.#plant(next);
    if (next.does === 'restore') {
      const { name, bytes } = this.#seen[next.from % this.#seen.length] ?? { name: 'x', bytes: '' };
      return writeFile(path.join(this.#folder, name), bytes);
    }
    // One that is not complete yet would be gone before the change.
    const files = (await readdir(this.#folder)).filter((each) => !each.endsWith('.tmp')).sort();
    const name = files[next.file % Math.max(1, files.length)];
    if (name === undefined) return;
    const target = path.join(this.#folder, name);
    if (next.does === 'delete') return rm(target);
    if (next.does === 'put bytes') return writeFile(target, next.bytes);
    const bytes = await readFile(target);
    const at = next.at % Math.max(1, bytes.length);
    if (next.does === 'truncate') return writeFile(target, bytes.subarray(0, at));
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return writeFile(target, bytes);
  }

  async #plant({ id: ofId, how, signIn }: Extract<Step, { does: 'plant' }>): Promise<void> {
    const record = recordOf(ofId, { version: { ...FIRST_VERSION, signIn }, signedInAtMs: 666 });
    const { name } = itemOf(record);
    const stranger = await SessionCipher.create();
    const bytes = how === 'clear' ? serialize(record) : await stranger.seal(name, serialize(record));
    await writeFile(path.join(this.#folder, `${name}.${await stranger.tagOf(name)}`), bytes);
  }

  async #open(): Promise<void> {
    const runtime = { clock: this.#clock, log: new RecordingLog(), closed: this.#closed.signal };
    const secrets = new FakeSecrets(this.#clock);
    secrets.stored.set('sessionKey', this.#cipher.keyText);
    const key = new SharedKey(secrets.window(), new FakeMemento(), runtime);
    const files = new FileItems(this.#parent, key, runtime);
    const store = new SessionStore(files, this.#locks.window(), runtime);
    this.#windows.push({ files, store });
    await this.#clock.run(store.load());
  }

  /** A window renews or ends the newest version that it knows, after reading the storage, as the product does. */
  async #use(window: Window, does: 'renew' | 'reread' | 'sign out', ofId: string): Promise<void> {
    await this.#clock.run(window.store.reread(ofId).catch(() => undefined)); // the newest may be damaged
    const current = window.store.liveSession(ofId);
    const newest = this.#newest.get(ofId);
    // A window that does not see the newest version makes none: it has no lock for that.
    if (does === 'reread' || current === undefined || newest === undefined) return;
    if (itemOf(newest).name !== itemOf(current).name) return;
    await this.#write(
      window,
      does === 'renew'
        ? renewed(current, `token ${this.#seen.length} of ${ofId}`)
        : removedOf(ofId, { version: current.version }),
    );
  }

  async #write({ store }: Window, record: SessionRecord): Promise<void> {
    await this.#clock.run(store.replace(record));
    this.#newest.set(record.id, record);
    const { name } = itemOf(record);
    assert.ok(parseItem(name));
    const file = `${name}.${await this.#cipher.tagOf(name)}`;
    this.#seen.push({ name: file, bytes: await readFile(path.join(this.#folder, file)) });
    // The first window is always open, and reads what another one has written before a stranger can.
    await this.#clock.run(this.#window(0).store.reread(record.id));
  }

  #window(number: number): Window {
    const window = this.#windows[number % this.#windows.length];
    assert.ok(window);
    return window;
  }
}

describe('another program that writes into the folder of items', () => {
  it('plants nothing, removes nothing, and revives nothing', (context) =>
    holds(context, fc.array(step, { maxLength: 12, size: 'max' }), async (steps) => {
      const root = await mkdtemp(path.join(await realpath(tmpdir()), 'bap-identity-test-'));
      const world = new World(path.join(root, 'sessions'), await SessionCipher.create());
      try {
        await world.begin();
        for (const each of steps) await world.take(each);
        await world.check();
      } finally {
        await world.end();
        await rm(root, { recursive: true, force: true, maxRetries: 3 });
      }
    }));
});
