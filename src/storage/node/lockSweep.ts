import { chmod, lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import { CLAIMS_KEPT_FOR_MS } from '../localLocks.ts';
import { hasCode } from './files.ts';
import { readSnapshot, removeIfUnchanged } from './lockFile.ts';

/** Locks, claims, and what `removeIfUnchanged` was about to delete when its window crashed. */
const OWN_NAME = /^[0-9a-f]{16}\.((?:lock|claim)(?:\.[0-9a-f]{8})*)$/;
/** A crash can leave a file whose name no window uses again. Deleted at a later start, at this age. */
const SWEEP_AFTER_MS = 24 * 60 * 60_000;

/**
 * Deletes files of crashed windows, unless the folder is a link, perhaps to a folder of somebody else. `removeLock`
 * acquires a lock before deleting it, as every waiting window does, because a lock in use can look old after a jump of
 * the clock. Never rejects.
 */
export async function sweepLocks(
  folder: string,
  removeLock: (file: string) => Promise<unknown>,
  { clock, closed, log }: Runtime,
): Promise<void> {
  try {
    if (!(await lstat(folder)).isDirectory()) return;
    await chmod(folder, 0o700);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const [, ending] = OWN_NAME.exec(entry.name) ?? [];
      const file = path.join(folder, entry.name);
      const snapshot = ending !== undefined && entry.isFile() ? await readSnapshot(file) : undefined;
      const keptForMs = ending === 'claim' ? CLAIMS_KEPT_FOR_MS : SWEEP_AFTER_MS;
      if (snapshot === undefined || clock.now() - snapshot.touchedAtMs < keptForMs) continue;
      await (ending === 'lock' ? removeLock(file) : removeIfUnchanged(file, snapshot));
    }
  } catch (error) {
    // Expected: there is no folder before the first lock, and the window can close during the sweep.
    if (!closed.aborted && !hasCode(error, 'ENOENT'))
      log.warn(`Old locks could not be deleted: ${describeError(error)}.`);
  }
}
