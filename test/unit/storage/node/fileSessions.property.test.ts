import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';

import {
  afterRenewal,
  deserialize,
  FIRST_VERSION,
  isNewer,
  type LiveSession,
  serialize,
  type SessionRecord,
} from '../../../../src/sessions/record.ts';
import { SessionStore } from '../../../../src/sessions/store.ts';
import { FileLocks } from '../../../../src/storage/node/fileLocks.ts';
import { FileSessions } from '../../../../src/storage/node/fileSessions.ts';
import { SessionCipher } from '../../../../src/storage/node/sessionKey.ts';
import { DiskClock } from '../../support/diskClock.ts';
import { KEY, OTHER_KEY } from '../../support/folderWorld.ts';
import { holds } from '../../support/fuzz.ts';
import { recordOf } from '../../support/record.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

/** Sessions that the windows have, and one that they do not have. */
const OURS = ['session-a', 'session-b'];
const NOT_OURS = 'session-c';

interface Window {
  readonly files: FileSessions;
  readonly store: SessionStore;
}

/** What can happen. Numbers choose among what there is at that moment. */
type Step =
  | { readonly does: 'renew' | 'look'; readonly window: number; readonly id: string }
  | { readonly does: 'open' }
  | { readonly does: 'put bytes'; readonly id: string; readonly bytes: Uint8Array }
  | {
      readonly does: 'plant';
      readonly id: string;
      readonly how: 'clear' | 'other key';
      readonly signIn: number;
    }
  | { readonly does: 'truncate' | 'change a byte'; readonly id: string; readonly at: number }
  | { readonly does: 'replay'; readonly id: string; readonly from: number }
  | { readonly does: 'delete'; readonly id: string };

const id = fc.constantFrom(...OURS, NOT_OURS);
const ours = fc.constantFrom(...OURS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constantFrom('renew' as const, 'look' as const), window: fc.nat(3), id: ours }),
  fc.record({ does: fc.constant('open' as const) }),
  fc.record({ does: fc.constant('put bytes' as const), id, bytes: fc.uint8Array({ maxLength: 200 }) }),
  fc.record({
    does: fc.constant('plant' as const),
    id,
    how: fc.constantFrom('clear' as const, 'other key' as const),
    signIn: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({
    does: fc.constantFrom('truncate' as const, 'change a byte' as const),
    id,
    at: fc.nat(1_000),
  }),
  fc.record({ does: fc.constant('replay' as const), id, from: fc.nat(50) }),
  fc.record({ does: fc.constant('delete' as const), id }),
);

/** Windows that share a folder, and a stranger who writes into it. At least one window stays open all the time. */
class StrangerWorld {
  readonly #clock = new DiskClock();
  readonly #closed = new AbortController();
  readonly #cipher = new SessionCipher(KEY);
  readonly #windows: Window[] = [];
  /** The newest version of each session that a window has made. */
  readonly #newest = new Map<string, LiveSession>();
  /** All contents that a window has written. The stranger has a copy of each. */
  readonly #seen: Uint8Array[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async begin(): Promise<void> {
    await this.#open();
    for (const each of OURS) await this.#write(this.#window(0), recordOf(each, { version: FIRST_VERSION }));
  }

  async take(next: Step): Promise<void> {
    switch (next.does) {
      case 'open':
        if (this.#windows.length < 3) await this.#open();
        return;
      case 'renew':
        await this.#renew(this.#window(next.window), next.id);
        return;
      case 'look':
        await this.#clock.run(this.#window(next.window).store.reread(next.id));
        return;
      default:
        await this.#attack(next);
    }
  }

  /** Every window looks at its storage, as it does every 30 seconds. Then all must be well. */
  async check(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      for (const { store } of this.#windows) await this.#clock.run(store.rereadAll());
      await this.#clock.advance(1_000);
    }
    const byId = (a: SessionRecord, b: SessionRecord): number => (a.id < b.id ? -1 : 1);
    const newest = [...this.#newest.values()].sort(byId);
    for (const { store } of this.#windows)
      assert.deepEqual(
        store.records().sort(byId),
        newest,
        'each window has the newest versions, and no other',
      );
    for (const record of newest) {
      const text = this.#cipher.decrypt(record.id, await readFile(this.#fileOf(record.id)));
      assert.deepEqual(deserialize(record.id, text ?? ''), record, 'the file is written again');
    }
    const unfinished = (await readdir(path.dirname(this.#fileOf('any')))).filter((name) =>
      name.includes('.'),
    );
    assert.deepEqual(unfinished, []);
  }

  async end(): Promise<void> {
    this.#closed.abort(new Error('closed'));
    for (const { files, store } of this.#windows) {
      store.dispose();
      files.dispose();
    }
    await this.#clock.settle();
  }

  async #attack(next: Exclude<Step, { does: 'open' | 'renew' | 'look' }>): Promise<void> {
    const file = this.#fileOf(next.id);
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    switch (next.does) {
      case 'put bytes':
        return writeFile(file, next.bytes);
      case 'plant': {
        const version = { ...FIRST_VERSION, signIn: next.signIn };
        const text = serialize(recordOf(next.id, { version, signedInAtMs: 666 }));
        return writeFile(
          file,
          next.how === 'clear' ? text : new SessionCipher(OTHER_KEY).encrypt(next.id, text),
        );
      }
      case 'truncate':
        return writeFile(file, bytes.subarray(0, next.at % (bytes.length + 1)));
      case 'change a byte': {
        const at = next.at % Math.max(1, bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return writeFile(file, bytes);
      }
      case 'replay':
        return writeFile(file, this.#seen[next.from % this.#seen.length] ?? '');
      case 'delete':
        return rm(file, { force: true });
    }
  }

  async #open(): Promise<void> {
    const runtime = { clock: this.#clock, log: new RecordingLog(), closed: this.#closed.signal };
    const files = await FileSessions.open(path.join(this.#root, 'sessions'), KEY, runtime.log);
    const store = new SessionStore(
      files,
      new FileLocks(path.join(this.#root, 'locks'), () => Promise.resolve(), runtime),
      runtime,
    );
    this.#windows.push({ files, store });
    await this.#clock.run(store.load());
  }

  /** A window renews the newest version that it knows of, after a look at the storage, as the product does. */
  async #renew(window: Window, ofId: string): Promise<void> {
    await this.#clock.run(window.store.reread(ofId));
    const current = window.store.liveSession(ofId);
    if (current === undefined) return;
    const version = afterRenewal(current.version);
    const count = this.#seen.length;
    const grant = { ...current.grant, accessToken: `token ${count} of ${ofId}` };
    await this.#write(window, { ...current, version, grant });
  }

  async #write({ store }: Window, record: LiveSession): Promise<void> {
    await this.#clock.run(store.replace(record));
    if (store.get(record.id) !== record) return; // another window has a newer version
    const known = this.#newest.get(record.id);
    if (known === undefined || isNewer(record, known)) this.#newest.set(record.id, record);
    this.#seen.push(await readFile(this.#fileOf(record.id)));
  }

  #window(number: number): Window {
    const window = this.#windows[number % this.#windows.length];
    assert.ok(window);
    return window;
  }

  #fileOf(ofId: string): string {
    return path.join(this.#root, 'sessions', this.#cipher.name, ofId);
  }
}

describe('a stranger who writes into the folder of sessions', () => {
  it('plants no session, takes none away, and the files are written again', (context) =>
    holds(context, fc.array(step, { maxLength: 12, size: 'max' }), async (steps) => {
      const root = await mkdtemp(path.join(await realpath(tmpdir()), 'bap-identity-test-'));
      const world = new StrangerWorld(root);
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
