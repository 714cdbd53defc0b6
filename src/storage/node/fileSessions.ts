import { type FSWatcher, watch } from 'node:fs';
import { lstat, mkdir, readdir, rm, utimes } from 'node:fs/promises';
import path from 'node:path';

import { Emitter } from '../../base/emitter.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { SessionStorage } from '../../sessions/ports.ts';
import { hasCode, readRegular, removeFile, UNFINISHED, writeWhole } from './files.ts';
import { SessionCipher } from './sessionKey.ts';

/** Larger than any session. A larger file is not ours. */
const MAX_BYTES = 1024 * 1024;
/** Longer than any write. A crash has left an older temporary file. */
const UNFINISHED_FOR_MS = 60 * 60_000;
/** When no window has used a key for this long, its sessions have expired, and their files are deleted. */
const UNUSED_FOR_MS = 100 * 24 * 60 * 60_000;

/**
 * Sessions as encrypted files, one per session, in a folder that is named after the key. Only SecretStorage holds the
 * key, so a program that reads the files learns nothing, and files that it writes are ignored. When it deletes a file or
 * restores an earlier one, an open window writes the newest version again. All windows with the key watch the folder.
 */
export class FileSessions implements SessionStorage {
  readonly #folder: string;
  readonly #cipher: SessionCipher;
  readonly #log: Log;
  readonly #changes = new Emitter<string | undefined>();
  /** The ids of damaged or foreign files that have been logged. Each is read many times, and logged once. */
  readonly #foreign = new Set<string>();
  #watcher: FSWatcher | undefined;
  #isDisposed = false;
  /** The folder could not be watched, and this has been logged. */
  #isLate = false;

  private constructor(folder: string, cipher: SessionCipher, log: Log) {
    this.#folder = folder;
    this.#cipher = cipher;
    this.#log = log;
  }

  /** Opens the folder of this key within `parent`. Rejects with the file system's error when it cannot be used. */
  static async open(parent: string, key: Uint8Array, log: Log): Promise<FileSessions> {
    const cipher = new SessionCipher(key);
    const folder = path.join(parent, cipher.name);
    const sessions = new FileSessions(folder, cipher, log);
    await sessions.#createFolder();
    const now = new Date();
    await utimes(folder, now, now); // shows that the key is in use
    sessions.#watch();
    void sweep(parent, folder).catch((error: unknown) => {
      log.warn(`Old files of sessions stay: ${describeError(error)}.`);
    });
    return sessions;
  }

  async ids(): Promise<string[]> {
    try {
      const names = await readdir(this.#folder);
      this.#watch(); // the folder may have been deleted, and created by another window
      return names.filter(isId);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return []; // the user may have deleted the folder
      throw error;
    }
  }

  async read(id: string): Promise<string | undefined> {
    const bytes = await this.#bytesOf(id);
    if (bytes === undefined) return undefined;
    const text = this.#cipher.decrypt(id, bytes);
    if (text !== undefined) this.#foreign.delete(id);
    else if (!this.#foreign.has(id)) {
      this.#foreign.add(id);
      this.#log.warn('A file among the stored sessions is foreign or damaged. It is ignored.');
    }
    return text;
  }

  async write(id: string, text: string): Promise<void> {
    await this.#createFolder();
    await writeWhole(this.#fileOf(id), this.#cipher.encrypt(id, text));
  }

  async delete(id: string): Promise<void> {
    await removeFile(this.#fileOf(id));
  }

  readonly onDidChange = this.#changes.event;

  dispose(): void {
    this.#isDisposed = true;
    this.#watcher?.close();
    this.#changes.dispose();
  }

  #watch(): void {
    if (this.#watcher !== undefined || this.#isDisposed) return;
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, (_event, name) => {
        if (name === path.basename(this.#folder)) this.#watchAgain();
        else if (name === null) this.#changes.fire(undefined);
        else if (isId(name)) this.#changes.fire(name);
      });
      this.#watcher.on('error', (error) => {
        this.#unwatch(error);
      });
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) this.#unwatch(error); // otherwise the user has deleted the folder
    }
  }

  /**
   * Another window has opened the folder, or the folder was deleted: the events are the same. A watcher of a deleted
   * folder sees nothing, so this replaces it.
   */
  #watchAgain(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watch();
    this.#changes.fire(undefined);
  }

  #unwatch(error: unknown): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    if (!this.#isLate) this.#log.warn(`Changes by other windows are noticed late: ${describeError(error)}.`);
    this.#isLate = true;
  }

  async #createFolder(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Undefined for a file that cannot be read, which must not hide the others. */
  async #bytesOf(id: string): Promise<Uint8Array | undefined> {
    try {
      return await readRegular(this.#fileOf(id), MAX_BYTES);
    } catch (error) {
      if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
      this.#log.warn(`A file among the stored sessions cannot be read: ${describeError(error)}.`);
      return undefined;
    }
  }

  /** Throws for an id that could lead out of the folder. */
  #fileOf(id: string): string {
    if (!isId(id)) throw new Error('This is not the id of a session.');
    return path.join(this.#folder, id);
  }
}

/** Session ids are UUIDs. Other files are not ours, or not complete yet. */
function isId(name: string): boolean {
  return /^[\w-]{1,64}$/.test(name);
}

/** Deletes temporary files that a crash has left in `own`, and the folders of unused keys. */
async function sweep(parent: string, own: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = path.join(parent, name);
    if (folder !== own && (await ageMs(folder)) > UNUSED_FOR_MS)
      await rm(folder, { force: true, recursive: true });
  }
  for (const name of await readdir(own)) {
    const file = path.join(own, name);
    if (name.endsWith(UNFINISHED) && (await ageMs(file)) > UNFINISHED_FOR_MS) await rm(file, { force: true });
  }
}

/** In milliseconds. Zero when another window has deleted the file. */
async function ageMs(file: string): Promise<number> {
  try {
    return Date.now() - (await lstat(file)).mtimeMs;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}
