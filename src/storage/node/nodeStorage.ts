import path from 'node:path';
import type * as vscode from 'vscode';

import { Emitter } from '../../base/emitter.ts';
import { describeError } from '../../base/log.ts';
import { Lazy } from '../../base/clock.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { SessionStorage, WindowLocks } from '../../sessions/ports.ts';
import { deserialize, isNewer } from '../../sessions/record.ts';
import { SecretSessions } from '../secretSessions.ts';
import type { WindowStorage } from '../windowStorage.ts';
import { FileLocks } from './fileLocks.ts';
import { FileSessions } from './fileSessions.ts';
import { sessionKey } from './sessionKey.ts';

type NodeContext = Pick<vscode.ExtensionContext, 'secrets' | 'globalState' | 'globalStorageUri'>;

/** The storage where the extension runs in Node: files in the extension's global storage folder. */
export function openNodeStorage(
  { secrets, globalState, globalStorageUri }: NodeContext,
  runtime: Runtime,
): WindowStorage {
  const folder = globalStorageUri.fsPath;
  // There is no such key. A window whose browser tab is gone gets no answer.
  const roundTrip = async (): Promise<unknown> => secrets.get('alive');
  const locks = new FileLocks(path.join(folder, 'locks'), roundTrip, runtime);
  const storage = new NodeSessions(
    { secrets, memento: globalState, folder: path.join(folder, 'sessions'), locks },
    runtime,
  );
  return {
    locks,
    storage,
    status: async () => ({ place: await storage.place(), heldLocks: await locks.held() }),
  };
}

export interface NodeSessionsParts {
  readonly secrets: vscode.SecretStorage;
  /** The extension's global state. */
  readonly memento: vscode.Memento;
  /** An absolute path. The folder is created if it does not exist. */
  readonly folder: string;
  readonly locks: WindowLocks;
}

/**
 * The sessions where the extension runs in Node: encrypted files, with SecretStorage as a fallback when the folder
 * cannot be used. Opens the storage on first use, and retries on the next use after a failure.
 */
export class NodeSessions implements SessionStorage {
  readonly #parts: NodeSessionsParts;
  readonly #runtime: Runtime;
  readonly #changes = new Emitter<string | undefined>();
  readonly #storage = new Lazy(() => this.#open());

  constructor(parts: NodeSessionsParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  async ids(): Promise<string[]> {
    return (await this.#storage.get()).ids();
  }

  async read(id: string): Promise<string | undefined> {
    return (await this.#storage.get()).read(id);
  }

  async write(id: string, text: string): Promise<void> {
    await (await this.#storage.get()).write(id, text);
  }

  async delete(id: string): Promise<void> {
    await (await this.#storage.get()).delete(id);
  }

  /** Where the sessions are. Rejects with VS Code's error when SecretStorage cannot be used. */
  async place(): Promise<'files' | 'secretStorage'> {
    return (await this.#storage.get()) instanceof FileSessions ? 'files' : 'secretStorage';
  }

  readonly onDidChange = this.#changes.event;

  dispose(): void {
    this.#changes.dispose();
    this.#storage.ifMade((storage) => {
      storage.dispose();
    });
  }

  async #open(): Promise<SessionStorage> {
    const { secrets, memento, locks } = this.#parts;
    const key = await sessionKey(secrets, memento, locks, this.#runtime);
    const inSecrets = new SecretSessions(secrets);
    const storage = await this.#openFiles(key, inSecrets);
    storage.onDidChange((id) => {
      this.#changes.fire(id);
    });
    return storage;
  }

  async #openFiles(key: Uint8Array, inSecrets: SecretSessions): Promise<SessionStorage> {
    const { log } = this.#runtime;
    let files: FileSessions;
    try {
      files = await FileSessions.open(this.#parts.folder, key, log);
    } catch (error) {
      log.warn(
        `The folder for sessions cannot be used: ${describeError(error)}. They are kept in SecretStorage alone.`,
      );
      return inSecrets;
    }
    await this.#moveAll(inSecrets, files).catch((error: unknown) => {
      log.warn(`Sessions in SecretStorage stay there: ${describeError(error)}.`);
    });
    return files;
  }

  /** Moves the sessions that an earlier window stored in the fallback. */
  async #moveAll(from: SecretSessions, to: FileSessions): Promise<void> {
    for (const id of await from.ids())
      await this.#parts.locks
        .withLock(`write ${id}`, this.#runtime.closed, () => move(id, from, to))
        .catch((error: unknown) => {
          this.#runtime.log.warn(`A session in SecretStorage stays there: ${describeError(error)}.`);
        });
  }
}

/**
 * Moves one session, unless its file is newer. Neither moves nor replaces a text that this version of the extension
 * cannot read.
 */
async function move(id: string, from: SecretSessions, to: FileSessions): Promise<void> {
  const [moving, there] = [await from.read(id), await to.read(id)];
  if (moving === undefined) return; // another window has moved it
  const record = deserialize(id, moving);
  const stored = there === undefined ? undefined : deserialize(id, there);
  if (record === undefined || (there !== undefined && stored === undefined)) return;
  if (stored === undefined || isNewer(record, stored)) await to.write(id, moving);
  await from.delete(id);
}
