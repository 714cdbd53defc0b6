const SLEEP_MS = 5_000;

/** Blocks the extension host. VS Code starts extensions with the event `*` first, so all others start that late. */
export function activate(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLEEP_MS);
}
