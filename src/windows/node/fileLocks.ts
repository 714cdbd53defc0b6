import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Claims } from '../../sessions/windowLocks.ts';
import { shortHash } from './shortHash.ts';

/**
 * Claims as empty files in a folder that all windows on this machine share: creating one is the only thing that two
 * processes cannot both do. A file is named for the hash of the claim, which can hold an account's id, and for its turn:
 * the next one comes after it has run out.
 */
export class FileClaims implements Claims {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Log;
  /** The turns that are this window's, by claim. */
  readonly #own = new Map<string, number>();

  constructor(folder: string, clock: Clock, log: Log) {
    this.#folder = folder;
    this.#clock = clock;
    this.#log = log;
  }

  async take(name: string, forMs: number): Promise<boolean> {
    try {
      await mkdir(this.#folder, { recursive: true });
      const turns = await this.#turnsOf(name);
      const last = turns.at(-1) ?? 0;
      if (last > 0 && (await this.#ageMs(name, last)) < forMs) return false;
      if (!(await this.#create(name, last + 1))) return false;
      this.#own.set(name, last + 1);
      await Promise.all(turns.map((turn) => rm(this.#file(name, turn), { force: true })));
      return true;
    } catch {
      this.#log.warn('Other windows cannot be seen: the extension’s folder is not writable.');
      return true;
    }
  }

  /** One that has run out may be another window's by now, and stays. */
  async release(name: string): Promise<void> {
    const turn = this.#own.get(name);
    if (turn === undefined) return;
    this.#own.delete(name);
    await rm(this.#file(name, turn), { force: true }).catch(() => undefined);
  }

  async #turnsOf(name: string): Promise<number[]> {
    const prefix = `${shortHash(name)}.`;
    return (await readdir(this.#folder))
      .filter((file) => file.startsWith(prefix))
      .map((file) => Number(file.slice(prefix.length)))
      .sort((a, b) => a - b);
  }

  /**
   * A clock that was set back makes a claim look younger than new: no reason to trust it less. One that is gone by now
   * counts as new, since others may have found it gone a moment before, and taken the next.
   */
  async #ageMs(name: string, turn: number): Promise<number> {
    try {
      return Math.abs(this.#clock.now() - (await stat(this.#file(name, turn))).mtimeMs);
    } catch {
      return 0;
    }
  }

  async #create(name: string, turn: number): Promise<boolean> {
    try {
      await (await open(this.#file(name, turn), 'wx')).close();
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  }

  #file(name: string, turn: number): string {
    return path.join(this.#folder, `${shortHash(name)}.${turn}`);
  }
}
