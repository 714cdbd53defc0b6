import path from 'node:path';
import type { TestContext } from 'node:test';

import type { SessionStorage } from '../../../src/sessions/ports.ts';
import { FileSessions } from '../../../src/storage/node/fileSessions.ts';
import { KEY_BYTES, SessionCipher } from '../../../src/storage/node/sessionKey.ts';
import { DiskClock } from './diskClock.ts';
import { RecordingLog } from './recordingLog.ts';
import { temporaryFolder } from './temporaryFolder.ts';

export const KEY = Uint8Array.from({ length: KEY_BYTES }, (_, at) => at + 1);
export const OTHER_KEY = new Uint8Array(KEY_BYTES).fill(7);

/** Windows of one person that share a folder for their sessions. */
export class FolderWorld {
  /** The folder for all keys. It does not exist before a window opens. */
  readonly parent: string;
  /** The folder for `KEY`. */
  readonly folder: string;
  /** The lines of all windows. */
  readonly log = new RecordingLog();
  readonly #open: FileSessions[];

  private constructor(parent: string, open: FileSessions[]) {
    this.#open = open;
    this.parent = parent;
    this.folder = path.join(parent, new SessionCipher(KEY).name);
  }

  static async create(test: TestContext): Promise<FolderWorld> {
    const open: FileSessions[] = [];
    const folder = await temporaryFolder(test, () => {
      for (const sessions of open) sessions.dispose();
    });
    return new FolderWorld(path.join(folder, 'sessions'), open);
  }

  async open(key = KEY): Promise<FileSessions> {
    const sessions = await FileSessions.open(this.parent, key, this.log);
    this.#open.push(sessions);
    return sessions;
  }

  /** The file of a session for `KEY`. */
  fileOf(id: string): string {
    return path.join(this.folder, id);
  }

  /** Resolves when no operation on a file is under way. */
  async quiet(): Promise<void> {
    await new DiskClock().settle();
  }
}

/** Resolves with the next change that `fits`. */
export function nextChange(
  sessions: SessionStorage,
  fits: (id: string | undefined) => boolean,
): Promise<undefined> {
  return new Promise((resolve) => {
    const subscription = sessions.onDidChange((id) => {
      if (!fits(id)) return;
      subscription.dispose();
      resolve(undefined);
    });
  });
}
