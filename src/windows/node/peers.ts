import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import type { Log } from '../../base/log.ts';
import { shortHash } from './shortHash.ts';

/** What a peer does with a message from another window, and what it answers. Rejects for one that makes no sense. */
export type Answer = (message: string) => Promise<string>;

/** A window that does not answer by then is not waited for: it may hang in a debugger. */
const ANSWER_LIMIT_MS = 1_000;

/**
 * The windows on this machine that know the same key, each behind a Unix socket in a folder that only this user can
 * enter, and that is named for the key. Nothing stays of a window that has gone but a file name, which the next one clears.
 */
export class Peers {
  readonly #folder: string;
  readonly #own = shortHash(crypto.randomUUID());
  readonly #server: Server;
  readonly #log: Log;

  /** `key` is a secret that the windows share; it is not in the folder's name, only its hash is. */
  constructor(key: string, answer: Answer, log: Log) {
    this.#folder = path.join(tmpdir(), `bap-${shortHash(key)}`);
    this.#log = log;
    // allowHalfOpen: the other side ends its message, and waits for the answer.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => void reply(socket, answer));
    this.#server.on('error', () => {
      log.warn('Other windows cannot reach this one.');
    });
  }

  /** Opens this window's socket. Throws when the folder is not this user's alone. */
  async listen(): Promise<void> {
    await mkdir(this.#folder, { mode: 0o700, recursive: true });
    const { mode, uid } = await lstat(this.#folder);
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) throw new Error('The folder is not private.');
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path.join(this.#folder, this.#own), resolve);
    });
  }

  /**
   * Sends a message to every other window, and gives the answers of those that are there and have one: an empty answer
   * is none, since it cannot be told from a window that hangs up. Never rejects.
   */
  async ask(message: string): Promise<string[]> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name !== this.#own);
    const answers = await Promise.all(
      names.map((name) => this.#askOne(path.join(this.#folder, name), message)),
    );
    return answers.filter((answer) => answer !== undefined);
  }

  async close(): Promise<void> {
    this.#server.close();
    await rm(path.join(this.#folder, this.#own), { force: true });
  }

  async #askOne(file: string, message: string): Promise<string | undefined> {
    const socket = connect(file);
    socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy(new Error('no answer')));
    try {
      socket.end(message);
      return (await text(socket)) || undefined;
    } catch (error) {
      // Refused: its window has gone without a word.
      if (isErrorWith(error, 'ECONNREFUSED')) await rm(file, { force: true });
      else if (!isErrorWith(error, 'ENOENT')) this.#log.warn('Another window does not answer.');
      return undefined;
    }
  }
}

function isErrorWith(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function reply(socket: Socket, answer: Answer): Promise<void> {
  socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  try {
    socket.end(await answer(await text(socket)));
  } catch {
    socket.destroy();
  }
}
