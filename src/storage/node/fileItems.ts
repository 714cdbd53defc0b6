import { type FSWatcher, type Stats, watch } from 'node:fs';
import { chmod, lstat, mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';

import { Emitter } from '../../base/emitter.ts';
import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import { type Item, parseItem, olderNames } from '../../sessions/items.ts';
import type { WorkStorage } from '../../sessions/ports.ts';
import type { SessionCipher } from '../cipher.ts';
import type { SharedKey } from '../keyAgreement.ts';
import { emptyFile, hasCode, readRegular, removeFile, UNFINISHED, writeFileAtomically } from './files.ts';

/** Larger than any session. A larger file is not ours. */
const MAX_BYTES = 1024 * 1024;
/** Longer than any write. A crash has left a temporary file that is still there after this time. */
const UNFINISHED_FOR_MS = 10 * 60_000;

/**
 * Items as encrypted files, in a folder that is named after the key. Only SecretStorage holds the key, so a program
 * that reads the files learns nothing. The name of a file ends with a tag that only the key can make, so a file that
 * another program adds is ignored. All windows with the key watch the folder.
 */
export class FileItems implements WorkStorage {
  readonly #parent: string;
  readonly #key: SharedKey;
  readonly #runtime: Runtime;
  readonly #changes = new Emitter<string | undefined>();
  /** The folder of the key, watched since this window first used it. */
  #folder: string | undefined;
  #watcher: FSWatcher | undefined;
  #hasLoggedWatchFailure = false;
  #isDisposed = false;

  /** `parent`: an absolute path. It is created if it does not exist. */
  constructor(parent: string, key: SharedKey, runtime: Runtime) {
    this.#parent = parent;
    this.#key = key;
    this.#runtime = runtime;
    key.onDidChange(() => {
      this.#changes.fire(undefined);
    });
  }

  async names(): Promise<string[]> {
    const cipher = await this.#open();
    const folder = this.#folderOf(cipher);
    // A list that is made while another window replaces a file may show neither the old one nor the new one. The new
    // one is then there before the next list begins.
    const files = new Set([...(await listed(folder)), ...(await listed(folder))]);
    const names: string[] = [];
    for (const file of files) {
      const name = await nameIn(cipher, file);
      if (name !== undefined) names.push(name);
    }
    return names;
  }

  async read(name: string): Promise<string | undefined> {
    const cipher = await this.#open();
    const bytes = await readRegular(await this.#fileOf(cipher, name), MAX_BYTES);
    return bytes && cipher.open(name, bytes);
  }

  async add(item: Item, text: string): Promise<void> {
    const cipher = await this.#open();
    if (item.isMark) await this.#mark(item, cipher);
    // A file that cannot be read may be damaged. The same text is written again.
    else if ((await this.read(item.name).catch(() => undefined)) === undefined)
      await writeFileAtomically(await this.#fileOf(cipher, item.name), await cipher.seal(item.name, text));
    for (const older of olderNames(item.id, await this.names()))
      await removeFile(await this.#fileOf(cipher, older));
  }

  async drop(name: string): Promise<void> {
    await removeFile(await this.#fileOf(await this.#open(), name));
  }

  readonly onDidChange = this.#changes.event;

  dispose(): void {
    this.#isDisposed = true;
    this.#watcher?.close();
    this.#changes.dispose();
  }

  /** A mark is an empty file. On a full disk, the file of another version becomes the mark, which needs no space. */
  async #mark(item: Item, cipher: SessionCipher): Promise<void> {
    const others = (await this.names()).filter((name) => parseItem(name)?.id === item.id);
    if (others.includes(item.name)) return;
    const file = await this.#fileOf(cipher, item.name);
    try {
      await writeFileAtomically(file, '');
    } catch (error) {
      const [other] = others;
      if (other === undefined) throw error;
      await rename(await this.#fileOf(cipher, other), file);
      await emptyFile(file).catch(() => undefined); // its text is of no use to anyone
    }
  }

  /** Creates and watches the folder of the key. Rejects with the error of the file system or of VS Code. */
  async #open(): Promise<SessionCipher> {
    const cipher = await this.#key.cipher();
    const folder = this.#folderOf(cipher);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (folder !== this.#folder) {
      this.#folder = folder;
      this.#watcher?.close();
      this.#watcher = undefined;
      await this.#makePrivate(folder);
      void this.#sweep(cipher);
    }
    this.#watch(folder);
    return cipher;
  }

  /** For a folder that was there before, such as one that a tool has restored. Leaves alone what a link leads to. */
  async #makePrivate(folder: string): Promise<void> {
    try {
      for (const each of [this.#parent, folder]) {
        const found = await statOf(each);
        if (found?.isDirectory() && (found.mode & 0o077) !== 0) await chmod(each, 0o700);
      }
    } catch (error) {
      this.#runtime.log.warn(`Other users may see the files of sessions: ${describeError(error)}.`);
    }
  }

  /**
   * Deletes temporary files that a crash has left. The wall clock may be wrong, so they are those that do not change
   * while this window runs. Never rejects.
   */
  async #sweep(cipher: SessionCipher): Promise<void> {
    const { clock, closed, log } = this.#runtime;
    try {
      const before = await this.#unfinished(cipher);
      if (before.length === 0) return;
      await clock.sleep(UNFINISHED_FOR_MS, closed);
      const still = new Set(await this.#unfinished(cipher));
      for (const file of before) if (still.has(file)) await removeFile(file);
    } catch (error) {
      if (!closed.aborted)
        log.warn(`Unfinished files of sessions could not be deleted: ${describeError(error)}.`);
    }
  }

  /** Regular files only, and none where a link leads to another place. */
  async #unfinished(cipher: SessionCipher): Promise<string[]> {
    const folder = this.#folderOf(cipher);
    for (const each of [this.#parent, folder]) if (!(await statOf(each))?.isDirectory()) return [];
    const files: string[] = [];
    for (const name of await listed(folder)) {
      const whole = UNFINISHED.test(name) ? await nameIn(cipher, name.replace(UNFINISHED, '')) : undefined;
      const file = path.join(folder, name);
      if (whole !== undefined && (await statOf(file))?.isFile()) files.push(file);
    }
    return files;
  }

  #watch(folder: string): void {
    if (this.#watcher !== undefined || this.#isDisposed || this.#runtime.closed.aborted) return;
    try {
      this.#watcher = watch(folder, { persistent: false }, (_event, file) => {
        if (file === path.basename(folder)) this.#watchAgain(folder);
        else if (file === null) this.#changes.fire(undefined);
        else {
          const item = parseItem(file.slice(0, file.lastIndexOf('.')));
          if (item !== undefined) this.#changes.fire(item.id);
        }
      });
      this.#watcher.on('error', (error) => {
        this.#stopWatching(error);
      });
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) this.#stopWatching(error); // otherwise the user has deleted the folder
    }
  }

  /**
   * The folder was deleted, or created again: the events are the same. A watcher of a deleted folder sees nothing, so
   * this replaces it.
   */
  #watchAgain(folder: string): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watch(folder);
    this.#changes.fire(undefined);
  }

  #stopWatching(error: unknown): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    if (!this.#hasLoggedWatchFailure)
      this.#runtime.log.warn(`Changes by other windows are noticed late: ${describeError(error)}.`);
    this.#hasLoggedWatchFailure = true;
  }

  #folderOf(cipher: SessionCipher): string {
    return path.join(this.#parent, cipher.name);
  }

  /** Throws for a name that could lead out of the folder. */
  async #fileOf(cipher: SessionCipher, name: string): Promise<string> {
    if (parseItem(name) === undefined) throw new Error('This is not the name of an item.');
    return path.join(this.#folderOf(cipher), await fileName(cipher, name));
  }
}

async function fileName(cipher: SessionCipher, name: string): Promise<string> {
  return `${name}.${await cipher.tagOf(name)}`;
}

/** The name of the item that a file holds. Undefined for a file that nobody with the key has made. */
async function nameIn(cipher: SessionCipher, file: string): Promise<string | undefined> {
  const name = file.slice(0, file.lastIndexOf('.'));
  return parseItem(name) !== undefined && file === (await fileName(cipher, name)) ? name : undefined;
}

/** Follows no link. Undefined for a file that is not there, as when another window has deleted it. */
async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function listed(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []; // the user may have deleted the folder
    throw error;
  }
}
