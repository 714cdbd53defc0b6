const cleanups = new Set<() => void>();

/**
 * Runs a synchronous cleanup however this process ends, so that no server and no folder outlives a test that was
 * interrupted or crashed. The function it returns takes the cleanup back once it has been done in the normal way.
 */
export function onExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) install();
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

let installed = false;

function install(): void {
  if (installed) return;
  installed = true;
  process.on('exit', () => {
    for (const cleanup of cleanups) cleanup();
  });
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    // Only where nobody else handles the signal: `npm start` stops everything in order by itself.
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + number);
    });
  }
}
