import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';

import { shortHash } from '../../../src/base/hash.ts';
import { NEVER } from '../../../src/base/timeLimit.ts';
import type { HeldLock, WindowLocks } from '../../../src/sessions/ports.ts';
import { FileLocks } from '../../../src/storage/node/fileLocks.ts';
import { newOwner } from '../../../src/storage/node/lockFile.ts';
import { DiskClock } from './diskClock.ts';
import { FakeClock } from './fakeClock.ts';
import { RecordingLog } from './recordingLog.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** How long without a sign of life before a lock is taken from an owner that may be in another container. */
export const STALE_MS = 20_000;
/** The same for an owner whose process is alive, like every window of a test. */
export const STALE_ALIVE_MS = 60_000;

/** A lock that a test holds. */
export interface TakenLock extends HeldLock {
  /** Ends the work under the lock. Resolves when the lock is released. */
  release(): Promise<void>;
}

/** Windows of one user that share a folder for their locks. */
export class LockWorld {
  readonly clock = new DiskClock();
  readonly folder: string;
  /** The log lines of all windows. */
  readonly log = new RecordingLog();
  readonly #closed: AbortSignal;

  private constructor(folder: string, closed: AbortSignal) {
    this.#closed = closed;
    this.folder = folder;
  }

  /** The folder for the locks does not exist yet. Its parent does. */
  static async create(test: TestContext): Promise<LockWorld> {
    const closed = new AbortController();
    const folder = await temporaryFolder(test, () => {
      closed.abort(new Error('closed'));
    });
    return new LockWorld(path.join(folder, 'locks'), closed.signal);
  }

  open({ closed = this.#closed, roundTrip = answered } = {}): FileLocks {
    return new FileLocks(this.folder, roundTrip, { clock: this.clock, log: this.log, closed });
  }

  /** A window whose process hangs: its timers fire only when the test advances this other clock. */
  openFrozen(clock = new FakeClock()): FileLocks {
    return new FileLocks(this.folder, answered, { clock, log: this.log, closed: this.#closed });
  }

  /** The file of a lock. */
  fileOf(name: string): string {
    return path.join(this.folder, `${shortHash(name)}.lock`);
  }

  /** The file of a claim. */
  claimOf(name: string): string {
    return path.join(this.folder, `${shortHash(name)}.claim`);
  }

  /** Leaves a lock behind, like a window in another container that crashes while it works. */
  async leave(name: string, owner = ownerElsewhere()): Promise<void> {
    await this.createFolder();
    await writeFile(this.fileOf(name), owner);
  }

  async createFolder(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
  }
}

function answered(): Promise<unknown> {
  return Promise.resolve();
}

/** An owner whose process cannot be seen, as in another container. */
export function ownerElsewhere(): string {
  return `${randomUUID()} 1 0123456789abcdef`;
}

/** An owner on this machine with this process id. */
export function ownerHere(pid: number | string): string {
  const [id, , place] = newOwner().split(' ');
  return `${id} ${pid} ${place}`;
}

/** Takes a lock. Resolves when the work under it has begun. */
export async function hold(locks: WindowLocks, name: string): Promise<TakenLock> {
  const begun = Promise.withResolvers<HeldLock>();
  const end = Promise.withResolvers<undefined>();
  const work = locks.withLock(name, NEVER, async (lock) => {
    begun.resolve(lock);
    await end.promise;
  });
  work.catch(begun.reject);
  return {
    ...(await begun.promise),
    release: async () => {
      end.resolve(undefined);
      await work;
    },
  };
}

/** Asks for a lock, and records the outcome. The work ends at once. */
export function wait(locks: WindowLocks, name: string, signal = NEVER): Waiting {
  const waiting: Waiting = { has: 'to wait', settled: Promise.resolve() };
  waiting.settled = locks
    .withLock(name, signal, () => {
      waiting.has = 'worked';
      return Promise.resolve();
    })
    .catch(() => {
      waiting.has = 'given up';
    });
  return waiting;
}

export interface Waiting {
  has: 'to wait' | 'worked' | 'given up';
  settled: Promise<void>;
}
