// Tells a test that hangs from one that is slow because the machine is busy: no limit here is a time of the clock.
import { setTimeout as sleep } from 'node:timers/promises';

/** The slowest test needs one second of the processor. */
const MOST_WORK_MS = 5_000;
/** Tests wait for the fake clock, and not for real time. */
const MOST_WAITING_MS = 3_000;
const LOOK_EVERY_MS = 500;

/** Resolves when what runs in this process has worked or waited for too long. Rejects when the signal aborts. */
export async function hang(signal: AbortSignal): Promise<'hung'> {
  const [cpu, loop] = [process.cpuUsage(), performance.eventLoopUtilization()];
  for (;;) {
    await sleep(LOOK_EVERY_MS, undefined, { signal });
    const { user, system } = process.cpuUsage(cpu); // in microseconds
    if ((user + system) / 1000 > MOST_WORK_MS) return 'hung';
    if (performance.eventLoopUtilization(loop).idle > MOST_WAITING_MS) return 'hung';
  }
}
