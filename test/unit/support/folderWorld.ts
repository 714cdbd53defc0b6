import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';

import type { ItemStorage } from '../../../src/sessions/ports.ts';
import { itemOf } from '../../../src/sessions/items.ts';
import type { SessionRecord } from '../../../src/sessions/record.ts';
import { SessionCipher } from '../../../src/storage/cipher.ts';
import { SharedKey } from '../../../src/storage/keyAgreement.ts';
import { FileItems } from '../../../src/storage/node/fileItems.ts';
import { DiskClock } from './diskClock.ts';
import { FakeMemento } from './fakeMemento.ts';
import { FakeSecrets } from './fakeSecrets.ts';
import { textOf } from './fakeStorage.ts';
import { RecordingLog } from './recordingLog.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** Windows of one user that share a folder for their items. */
export class FolderWorld {
  readonly clock = new DiskClock();
  /** The folder for all keys. It does not exist before a window uses it. */
  readonly parent: string;
  /** The key that the windows have, unless they are opened with another one. */
  readonly cipher: SessionCipher;
  /** The log lines of all windows. */
  readonly log = new RecordingLog();
  readonly closed: AbortController;
  readonly #open: FileItems[];

  private constructor(parent: string, cipher: SessionCipher, closed: AbortController, open: FileItems[]) {
    this.#open = open;
    this.parent = parent;
    this.cipher = cipher;
    this.closed = closed;
  }

  static async create(test: TestContext, root?: string): Promise<FolderWorld> {
    const open: FileItems[] = [];
    const closed = new AbortController();
    const end = (): void => {
      closed.abort(new Error('closed'));
      for (const items of open) items.dispose();
    };
    if (root !== undefined) test.after(end);
    const folder = root ?? (await temporaryFolder(test, end));
    return new FolderWorld(path.join(folder, 'sessions'), await SessionCipher.create(), closed, open);
  }

  /** The folder for the windows' key. */
  get folder(): string {
    return path.join(this.parent, this.cipher.name);
  }

  /** A window that has not used the folder yet. */
  open(cipher = this.cipher): FileItems {
    const runtime = { clock: this.clock, log: this.log, closed: this.closed.signal };
    const secrets = new FakeSecrets(this.clock);
    secrets.stored.set('sessionKey', cipher.keyText);
    const key = new SharedKey(secrets.window(), new FakeMemento(), runtime);
    const items = new FileItems(this.parent, key, runtime);
    this.#open.push(items);
    return items;
  }

  /** A window that has used the folder, and so watches it. */
  async ready(cipher = this.cipher): Promise<FileItems> {
    const items = this.open(cipher);
    await items.names();
    return items;
  }

  /** The file of a version of a session. */
  async fileOf(record: SessionRecord): Promise<string> {
    return path.join(this.folder, await this.fileNameOf(itemOf(record).name));
  }

  /** The name of the file of an item, whatever its name. Only a program with the key can know it. */
  async fileNameOf(itemName: string, cipher = this.cipher): Promise<string> {
    return `${itemName}.${await cipher.tagOf(itemName)}`;
  }

  /** The names of all files. */
  async files(): Promise<string[]> {
    return (await readdir(this.folder)).sort();
  }
}

/** Adds a version of a session, as the sessions do it. */
export function put(place: ItemStorage, record: SessionRecord): Promise<void> {
  return place.add(itemOf(record), textOf(record));
}

/** The text of a version of a session in this place. */
export function textIn(place: ItemStorage, record: SessionRecord): Promise<string | undefined> {
  return place.read(itemOf(record).name);
}

/** Resolves with the next change that `fits`. */
export function nextChange(
  place: ItemStorage,
  fits: (id: string | undefined) => boolean,
): Promise<undefined> {
  return new Promise((resolve) => {
    const subscription = place.onDidChange((id) => {
      if (!fits(id)) return;
      subscription.dispose();
      resolve(undefined);
    });
  });
}
