import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, lstat, open, rm } from 'node:fs/promises';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

import { hasCode, readRegular, removeFile } from './files.ts';

/** Longer than the text of any owner. */
const MAX_OWNER_BYTES = 100;

/** A lock that this window holds or wants. */
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
    await rm(file, { force: true }); // otherwise this window would wait for its own file
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

/** Sixteen characters that are a valid file name on every system and do not reveal the text. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** A text that no other lock has ever had. It also identifies the process that owns the lock. */
export function newOwner(): string {
  return `${randomUUID()} ${process.pid} ${machineId()}`;
}

/**
 * True when the process of this owner is known to have ended. False when it is running, or when that cannot be known,
 * as for a process in another container that shares the folder.
 */
export function hasEnded(owner: string): boolean {
  const [, pid = '', machine] = owner.split(' ');
  if (machine !== machineId() || !/^[1-9]\d{0,9}$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0); // only checks that it exists
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

let cached: string | undefined;

/** Identifies where process ids are valid: this machine since its last start and, on Linux, this container. */
function machineId(): string {
  cached ??= hashOf(
    [
      hostname(),
      orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
      orEmpty(() => readlinkSync('/proc/self/ns/pid')),
    ].join('\n'),
  );
  return cached;
}

/** Systems other than Linux have no such file. */
function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
