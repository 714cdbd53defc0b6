import assert from 'node:assert/strict';
import { lutimes, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { shortHash } from '../../../../src/base/hash.ts';
import { NEVER } from '../../../../src/base/timeLimit.ts';
import { FileLocks } from '../../../../src/storage/node/fileLocks.ts';
import { DiskClock } from '../../support/diskClock.ts';
import { holds } from '../../support/fuzz.ts';
import { hostileText } from '../../support/hostile.ts';
import { ownerElsewhere, ownerHere } from '../../support/lockWorld.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

const NAMES = ['a', 'b'];
const HOUR_MS = 3_600_000;
/** A lock that nobody touches is taken after a minute at most, and the windows work one after the other. */
const MOST_MS = 61_000;

function claimFile(name: string): string {
  return `${shortHash(name)}.claim`;
}

const content = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc.constantFrom(ownerElsewhere(), ownerHere(1)).map((text) => Buffer.from(text)),
  hostileText.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 60 }),
  fc.constant(Buffer.alloc(1_100_000, '[')),
);
const beside = fc.constantFrom(
  '.lock',
  '-',
  `${shortHash('a')}.lock.1`,
  `${shortHash('a')}.lock.0123abcd`,
  `${shortHash('a')}.lock.x.1-0-0.0.last`,
  `${shortHash('b')}.lock.${'x'.repeat(200)}.last`,
  `${shortHash('a')}.1e308`,
  'x'.repeat(250),
);
/** What a stranger puts into the folder. Garbage in place of a lock is slow, so it is rare. */
const garbage = fc.record({
  name: fc.oneof(
    { weight: 24, arbitrary: fc.constantFrom(...NAMES.map(claimFile)) },
    { weight: 8, arbitrary: beside },
    { weight: 1, arbitrary: fc.constantFrom(...NAMES.map((name) => `${shortHash(name)}.lock`)) },
  ),
  as: fc.oneof(
    { weight: 8, arbitrary: fc.constant('file' as const) },
    { weight: 1, arbitrary: fc.constantFrom('folder' as const, 'link' as const) },
  ),
  content,
  /** The modification time of the file: long ago, now, or far ahead. */
  fromNowMs: fc.constantFrom(0, HOUR_MS / 2, -HOUR_MS / 2, 2 * HOUR_MS, -2 * HOUR_MS, 1e12, -1e12),
});
const name = fc.constantFrom(...NAMES);
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ does: fc.constant('put' as const), garbage }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('once' as const), name, window: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('lock' as const), name, window: fc.nat(1) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Garbage = typeof garbage extends fc.Arbitrary<infer T> ? T : never;

/** Two windows that share a folder for their locks, and a stranger who writes into it. */
class StrangerWorld {
  readonly #clock = new DiskClock();
  readonly #closed = new AbortController();
  readonly #log = new RecordingLog();
  readonly #windows: FileLocks[];
  readonly #root: string;
  readonly #folder: string;
  /** The names that are claimed now, also by garbage that looks like a claim of less than an hour ago. */
  readonly #claimed = new Set<string>();

  constructor(root: string) {
    this.#root = root;
    this.#folder = path.join(root, 'locks');
    const runtime = { clock: this.#clock, log: this.#log, closed: this.#closed.signal };
    this.#windows = [0, 1].map(() => new FileLocks(this.#folder, () => Promise.resolve(), runtime));
  }

  async begin(): Promise<void> {
    await mkdir(this.#folder);
    await writeFile(path.join(this.#root, 'precious'), 'kept');
  }

  async take(next: Step): Promise<void> {
    if (next.does === 'put') return this.#put(next.garbage);
    const window = this.#windows[next.window];
    assert.ok(window);
    const startMs = this.#clock.ranMs;
    if (next.does === 'once') {
      const isNew = await this.#clock.run(window.claimFor(next.name, HOUR_MS));
      assert.equal(isNew, !this.#claimed.has(next.name), isNew ? 'told twice' : 'silenced');
      this.#claimed.add(next.name);
    } else await this.#lock(next.name);
    assert.ok(this.#clock.ranMs - startMs <= MOST_MS, 'it waits too long');
  }

  /** Both windows want the lock at the same time, and take turns. */
  async #lock(wanted: string): Promise<void> {
    let working = 0;
    const work = async (): Promise<void> => {
      working += 1;
      assert.equal(working, 1, 'two windows have the lock');
      await this.#clock.sleep(50, NEVER);
      working -= 1;
    };
    await this.#clock.run(Promise.all(this.#windows.map((window) => window.withLock(wanted, NEVER, work))));
  }

  async end(): Promise<void> {
    assert.ok((await readdir(this.#root)).includes('precious'), 'what a link leads to is gone');
    this.#closed.abort(new Error('closed'));
    await this.#clock.settle();
    assert.equal(this.#clock.pending, 0, 'timers are left');
  }

  async #put({ name, as, content, fromNowMs }: Garbage): Promise<void> {
    const file = path.join(this.#folder, name);
    await rm(file, { recursive: true, force: true });
    if (as === 'file') await writeFile(file, content);
    else if (as === 'folder') await mkdir(file);
    else await symlink(path.join(this.#root, 'precious'), file);
    const time = new Date(this.#clock.now() + fromNowMs);
    await lutimes(file, time, time);
    const claimed = NAMES.find((each) => name === claimFile(each));
    if (claimed === undefined) return;
    if (Math.abs(fromNowMs) < HOUR_MS) this.#claimed.add(claimed);
    else this.#claimed.delete(claimed);
  }
}

describe('a stranger who writes into the folder of locks', { skip: process.platform === 'win32' }, () => {
  it('blocks no window, lets no two windows work at once, and makes no call fail', (context) =>
    holds(context, fc.array(step, { maxLength: 4 }), async (steps) => {
      const root = await mkdtemp(path.join(await realpath(tmpdir()), 'bap-identity-test-'));
      const world = new StrangerWorld(root);
      try {
        await world.begin();
        for (const each of steps) await world.take(each);
        await world.end();
      } finally {
        await rm(root, { recursive: true, force: true, maxRetries: 3 });
      }
    }));
});
