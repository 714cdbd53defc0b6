import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

import { hasCode } from './files.ts';
import { hashOf } from './lockFile.ts';

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
