import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';

import { NEVER } from '../../../src/base/timeLimit.ts';
import type { WindowLocks } from '../../../src/sessions/ports.ts';
import { FileLocks } from '../../../src/storage/node/fileLocks.ts';
import { hashOf } from '../../../src/storage/node/lockFile.ts';
import { DiskClock } from './diskClock.ts';
import { FakeClock } from './fakeClock.ts';
import { RecordingLog } from './recordingLog.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A lock that a test holds. */
export interface HeldLock {
  /** Ends the work under the lock. Resolves when the lock is released. */
  release(): Promise<void>;
}

/** Windows of one person that share a folder for their locks. */
export class LockWorld {
  readonly clock = new DiskClock();
  readonly folder: string;
  /** The lines of all windows. */
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

  open(closed = this.#closed): FileLocks {
    return new FileLocks(this.folder, { clock: this.clock, log: this.log, closed });
  }

  /** A window whose process has stopped, or hangs: its timers fire only when the test moves this other clock. */
  openFrozen(clock = new FakeClock()): FileLocks {
    return new FileLocks(this.folder, { clock, log: this.log, closed: this.#closed });
  }

  /** The file of a lock. */
  fileOf(name: string): string {
    return path.join(this.folder, `${hashOf(name)}.lock`);
  }

  /** Leaves a lock behind, as a window does that crashes while it works. */
  async leave(name: string): Promise<void> {
    await hold(this.openFrozen(), name);
  }

  async createFolder(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
  }
}

/** Takes a lock. Resolves when the work under it has begun. */
export async function hold(locks: WindowLocks, name: string): Promise<HeldLock> {
  const begun = Promise.withResolvers<undefined>();
  const end = Promise.withResolvers<undefined>();
  const work = locks.withLock(name, NEVER, async () => {
    begun.resolve(undefined);
    await end.promise;
  });
  await Promise.race([begun.promise, work]);
  return {
    release: async () => {
      end.resolve(undefined);
      await work;
    },
  };
}

/** Asks for a lock, and tells what came of it. The work ends at once. */
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
