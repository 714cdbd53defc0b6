import { type FSWatcher, watch } from 'node:fs';
import { lstat, mkdir, readdir, rm, utimes } from 'node:fs/promises';
import path from 'node:path';

import { Emitter } from '../../base/emitter.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { SessionStorage } from '../../sessions/ports.ts';
import { hasCode, readRegular, removeFile, UNFINISHED, writeWhole } from './files.ts';
import { SessionCipher } from './sessionKey.ts';

/** Every session needs less. A larger file is not ours. */
const MAX_BYTES = 1024 * 1024;
/** Every write takes less. A crash has left what is older. */
const UNFINISHED_FOR_MS = 60 * 60_000;
/** If no window has used a key for this long, the sessions have ended, and their files are deleted. */
const UNUSED_FOR_MS = 100 * 24 * 60 * 60_000;

/**
 * Sessions as encrypted files, one for each session, in a folder that is named for the key. Only SecretStorage holds
 * the key: a program that reads the files learns nothing, and bytes of its own are ignored. It can delete a file or put
 * back an earlier one. An open window then writes the newest version again. The windows that share the key watch the
 * folder.
 */
export class FileSessions implements SessionStorage {
  readonly #folder: string;
  readonly #cipher: SessionCipher;
  readonly #log: Log;
  readonly #changes = new Emitter<string | undefined>();
  /** The sessions whose file is foreign or damaged, and of which the log has a line. They are read again and again. */
  readonly #foreign = new Set<string>();
  #watcher: FSWatcher | undefined;
  #isDisposed = false;
  /** The folder could not be watched, and the log has a line about that. */
  #isLate = false;

  private constructor(folder: string, cipher: SessionCipher, log: Log) {
    this.#folder = folder;
    this.#cipher = cipher;
    this.#log = log;
  }

  /** Opens the folder for this key within `parent`. Rejects with the file system's error if it cannot be used. */
  static async open(parent: string, key: Uint8Array, log: Log): Promise<FileSessions> {
    const cipher = new SessionCipher(key);
    const folder = path.join(parent, cipher.name);
    const sessions = new FileSessions(folder, cipher, log);
    await sessions.#createFolder();
    const now = new Date();
    await utimes(folder, now, now); // this key is in use
    sessions.#watch();
    void sweep(parent, folder).catch((error: unknown) => {
      log.warn(`Old files of sessions stay: ${describeError(error)}.`);
    });
    return sessions;
  }

  async ids(): Promise<string[]> {
    try {
      const names = await readdir(this.#folder);
      this.#watch(); // again, if the folder was deleted and another window has created it
      return names.filter(isId);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return []; // it may have been deleted by hand
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

  /** Watches the folder, if it is not watched yet. */
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
      if (!hasCode(error, 'ENOENT')) this.#unwatch(error); // the folder was deleted by hand
    }
  }

  /**
   * Another window has opened the folder, or the folder was deleted. The two look the same here. A watcher of a deleted
   * folder sees nothing, so a new one takes its place.
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

  /** One file that cannot be read must not hide the others. */
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

/** Session ids are UUIDs. A file with another kind of name is not ours, or not complete yet. */
function isId(name: string): boolean {
  return /^[\w-]{1,64}$/.test(name);
}

/** Deletes what a crash left in this folder, and the folders of keys that are no longer used. */
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

/** Zero when another window has deleted the file. */
async function ageMs(file: string): Promise<number> {
  try {
    return Date.now() - (await lstat(file)).mtimeMs;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}
