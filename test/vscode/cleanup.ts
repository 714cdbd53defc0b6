const cleanups = new Set<() => void>();

/**
 * Runs a synchronous cleanup when this process ends, also after an interrupt or a crash, so that no server
 * and no folder is left. Returns a function that removes the cleanup: call it after a normal end.
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
    // Only when this is the one handler of the signal: `npm start` has its own, which stops everything in
    // order.
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + number);
    });
  }
}
