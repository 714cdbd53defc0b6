import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, lstat, open, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

import { shortHash } from '../../base/hash.ts';
import { hasCode, moveInto, readRegular, removeFile } from './files.ts';

/** Longer than the text of any owner. */
const MAX_OWNER_BYTES = 100;

/** A lock that this window wants. */
export interface Lock {
  readonly file: string;
  /** The text in the file. No other lock has ever had it. */
  readonly owner: string;
}

/** A lock that this window holds. */
export interface AcquiredLock extends Lock {
  /** The item names that earlier owners have handed on, newest last. */
  readonly itemNames: readonly string[];
}

/** The file of a lock or of a claim at one moment. */
export interface Snapshot {
  /** Empty for a claim. */
  readonly owner: string;
  readonly touchedAtMs: number;
}

/** True when the file is the same and was not touched between the two snapshots. */
export function isSame(a: Snapshot, b: Snapshot | undefined): boolean {
  return a.owner === b?.owner && a.touchedAtMs === b.touchedAtMs;
}

/**
 * Creates a file that only this user can read. False when there is one already. Rejects with the file system's error.
 */
export async function createFile(file: string, text = ''): Promise<boolean> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if (hasCode(error, 'EEXIST')) return undefined;
    throw error;
  });
  if (handle === undefined) return false;
  try {
    await handle.writeFile(text);
  } catch (error) {
    // The disk is full. If the file stayed, this window would wait for it.
    const unfinished = await readSnapshot(file).catch(() => undefined);
    if (unfinished !== undefined && text.startsWith(unfinished.owner))
      await removeIfUnchanged(file, unfinished).catch(() => false);
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

/**
 * Undefined when there is nothing under this name. A link, a folder, a pipe or a large file looks like a lock whose
 * owner is an empty text, so that a waiting window removes it after a while. Rejects with the file system's error.
 */
export async function readSnapshot(file: string): Promise<Snapshot | undefined> {
  try {
    const { mtimeMs } = await lstat(file);
    const owner = await readRegular(file, MAX_OWNER_BYTES);
    return { owner: new TextDecoder().decode(owner), touchedAtMs: Math.round(mtimeMs) };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export async function isOwner({ file, owner }: Lock): Promise<boolean> {
  return (await readSnapshot(file))?.owner === owner;
}

/** The end of `<hash>.lock.<item name>.last`: the file of a released lock, which hands on the name of an item. */
const LAST = '.last';
const ITEM_NAME = /^[0-9a-z.-]{1,100}$/;

/**
 * The item names that earlier owners have handed on, newest last: two, if one crashed while it replaced the other.
 * Rejects with the file system's error.
 */
export async function handedOn(file: string): Promise<string[]> {
  const start = `${path.basename(file)}.`;
  const names = (await readdir(path.dirname(file)))
    .filter((each) => each.startsWith(start) && each.endsWith(LAST))
    .map((each) => each.slice(start.length, -LAST.length))
    .filter((each) => ITEM_NAME.test(each));
  const snapshots = names.map(async (name) => ({
    touchedAtMs: 0,
    name,
    ...(await readSnapshot(lastFile(file, name))),
  }));
  return (await Promise.all(snapshots)).sort((a, b) => a.touchedAtMs - b.touchedAtMs).map(({ name }) => name);
}

/**
 * Releases the lock. The item name `next`, if there is one, replaces those of earlier owners: the file is renamed,
 * which needs no space on the disk. If this window hung for too long, another window has taken the lock, and keeps it.
 * Rejects with the file system's error.
 */
export async function releaseLock(lock: AcquiredLock, next?: string): Promise<void> {
  const { file, owner, itemNames } = lock;
  if (!(await isOwner(lock))) return;
  const isReleased = await removeIfUnchanged(
    file,
    { owner },
    next === undefined ? undefined : lastFile(file, next),
  );
  if (!isReleased || next === undefined) return;
  for (const name of itemNames) if (name !== next) await removeFile(lastFile(file, name));
}

function lastFile(file: string, itemName: string): string {
  return `${file}.${itemName}${LAST}`;
}

/**
 * Deletes a file, or renames it to `keptAs`, if it is still the one that its caller has seen. A window can hang between
 * a snapshot and a deletion by name, and would then delete what another window has created. So this renames the file to
 * a name that nobody else uses, checks what it has got, and puts back what it should not have. False for that, and when
 * another window was faster. Leaves a folder under its new name. Rejects with the file system's error.
 */
export async function removeIfUnchanged(
  file: string,
  seen: { readonly owner: string; readonly touchedAtMs?: number },
  keptAs?: string,
): Promise<boolean> {
  const to = keptAs ?? `${file}.${randomUUID().slice(0, 8)}`;
  try {
    await moveInto(file, to);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
  const taken = await readSnapshot(to);
  const isRight = taken !== undefined && isSame({ ...taken, ...seen }, taken);
  if (isRight && keptAs !== undefined) return true;
  try {
    if (!isRight) await link(to, file);
  } catch (error) {
    // A third window has the lock by now. The one whose file this was sees that before it does what must happen once.
    if (!hasCode(error, 'EEXIST', 'ENOENT')) throw error;
  } finally {
    await removeFile(to).catch((error: unknown) => {
      if (!hasCode(error, 'ERR_FS_EISDIR')) throw error;
    });
  }
  return isRight;
}

/** A text that no other lock has ever had. It also identifies the process that owns the lock. */
export function newOwner(): string {
  return `${randomUUID()} ${process.pid} ${machineId()}`;
}

/** What is known of the owner's process. Unknown for one in another container that shares the folder. */
export function processOf(owner: string): 'ended' | 'alive' | 'unknown' {
  const [, pid = '', machine] = owner.split(' ');
  if (machine !== machineId() || !/^[1-9]\d{0,9}$/.test(pid)) return 'unknown';
  try {
    process.kill(Number(pid), 0); // only checks that it exists
    return 'alive';
  } catch (error) {
    return hasCode(error, 'ESRCH') ? 'ended' : 'alive'; // EPERM: it is another user's
  }
}

let cached: string | undefined;

/** Identifies where process ids are valid: this machine since its last start and, on Linux, this container. */
function machineId(): string {
  cached ??= shortHash(
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
