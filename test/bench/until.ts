import { setTimeout as sleep } from 'node:timers/promises';

/** How long windows may take to agree, and revocations to reach the service. */
const LIMIT_MS = 30_000;

/** Resolves when it is so, or after half a minute. Resolves with whether it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (Date.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
}
