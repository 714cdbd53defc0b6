import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, lstat, open, rm } from 'node:fs/promises';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

import { hasCode, readRegular, removeFile } from './files.ts';

/** More than the text of any owner. */
const MAX_OWNER_BYTES = 100;

/** A lock of this window. */
export interface Lock {
  readonly file: string;
  /** The text in the file. No other lock has ever had it. */
  readonly owner: string;
}

/** The file of a lock, as read by a waiting window. */
export interface LockSnapshot {
  readonly owner: string;
  readonly touchedAtMs: number;
}

/** True when the lock was not touched between the two snapshots. */
export function isSame(a: LockSnapshot, b: LockSnapshot | undefined): boolean {
  return a.owner === b?.owner && a.touchedAtMs === b.touchedAtMs;
}

/** Takes the lock. False when another window holds it. Rejects with the file system's error. */
export async function createLock({ file, owner }: Lock): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'wx', 0o600);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
  try {
    await handle.writeFile(owner);
  } catch (error) {
    await rm(file, { force: true }); // else this window would wait for its own file
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

/**
 * Releases the lock. If this window hung for too long, another window has taken the lock, and keeps it. Rejects with the
 * file system's error.
 */
export async function releaseLock({ file, owner }: Lock): Promise<void> {
  if ((await lookAt(file))?.owner === owner) await removeFile(file);
}

/**
 * Undefined when there is nothing under this name. A link, a folder, a pipe or a large file looks like a lock whose
 * owner is an empty text, so that a waiting window removes it after a while. Rejects with the file system's error.
 */
export async function lookAt(file: string): Promise<LockSnapshot | undefined> {
  try {
    const { mtimeMs } = await lstat(file);
    const owner = await readRegular(file, MAX_OWNER_BYTES);
    return { owner: new TextDecoder().decode(owner), touchedAtMs: mtimeMs };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Deletes the lock of a crashed window. Several windows can try this at the same moment. The one that creates the
 * marker looks once more, because the lock may be a new one by now, and deletes it. A window that finds the marker
 * changes nothing and waits again. If the lock is still there after that, the window that created the marker has
 * crashed, too, so the next attempt uses another marker. Rejects with the file system's error.
 */
export async function breakStaleLock(file: string, stale: LockSnapshot, attempt: number): Promise<void> {
  const marker = `${file}.${hashOf(`${attempt} ${stale.touchedAtMs} ${stale.owner}`)}`;
  if (!(await createLock({ file: marker, owner: '' }))) return;
  try {
    const now = await lookAt(file);
    if (now !== undefined && isSame(now, stale)) await rm(file, { force: true, recursive: true });
  } finally {
    await removeFile(marker);
  }
}

/** Sixteen characters that can be the name of a file on every system and do not tell the text. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** A text that no other lock has ever had. It also tells which process owns the lock. */
export function newOwner(): string {
  return `${randomUUID()} ${process.pid} ${place()}`;
}

/**
 * True when the process of this owner is known to have ended. False when it runs, and when that cannot be known, as for
 * a process in another container that shares the folder.
 */
export function hasEnded(owner: string): boolean {
  const [, pid = '', where] = owner.split(' ');
  if (where !== place() || !/^[1-9]\d{0,9}$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0); // asks only whether it is there
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

let known: string | undefined;

/** Where the number of a process has a meaning: this machine since its start and, on Linux, this container. */
function place(): string {
  known ??= hashOf(
    [
      hostname(),
      orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
      orEmpty(() => readlinkSync('/proc/self/ns/pid')),
    ].join('\n'),
  );
  return known;
}

/** Other systems have no such file. */
function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
