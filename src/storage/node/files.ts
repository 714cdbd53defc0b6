import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Follows no link, and does not wait for the other end of a pipe. These flags do not exist on Microsoft Windows. */
const NO_DETOUR = constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** True for an error of the file system with one of these codes, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => error.code === code);
}

/** The name of a file that is not complete yet. A crash can leave one behind. */
export const UNFINISHED = /\.[0-9a-f]{8}\.tmp$/;

/**
 * Writes a file completely or not at all, even if the process or the machine stops: writes a temporary file, waits
 * until it is on the disk, and renames it. Only this user can read the file. Rejects with the file system's error.
 */
export async function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await moveInto(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined); // a later start deletes it
    throw error;
  }
}

/** Deletes a file if it exists. Rejects with the file system's error. */
export async function removeFile(file: string): Promise<void> {
  await whileBusy(() => rm(file, { force: true }));
}

/** Truncates a regular file, and follows no link. Rejects with the file system's error. */
export async function emptyFile(file: string): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_TRUNC | NO_DETOUR);
  await handle.close();
}

/** Renames a file, and replaces what has that name. Rejects with the file system's error. */
export async function moveInto(from: string, to: string): Promise<void> {
  await whileBusy(() => rename(from, to));
}

/**
 * Retries for up to a second while the file system reports that a file is in use, then rejects with its error.
 * Microsoft Windows neither replaces nor deletes a file that another process reads, such as a virus scanner.
 */
async function whileBusy<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 20 || !hasCode(error, 'EPERM', 'EACCES', 'EBUSY')) throw error;
      await sleep(50);
    }
  }
}

/**
 * Reads a regular file of at most `maxBytes`. Undefined for anything else: no file, a link, a folder, a pipe, or a
 * larger file. Rejects with the file system's error.
 */
export async function readRegular(
  file: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const handle = await whileBusy(() => open(file, constants.O_RDONLY | NO_DETOUR));
    try {
      const found = await handle.stat();
      return found.isFile() && found.size <= maxBytes ? await handle.readFile() : undefined;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EISDIR', 'ELOOP', 'ENXIO')) return undefined;
    throw error;
  }
}
