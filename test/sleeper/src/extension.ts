import * as vscode from 'vscode';

const SLEEP_MS = 5_000;

/** Blocks the extension host. VS Code activates extensions with the event `*` first, so this delays all others. */
export function activate(): void {
  const log = vscode.window.createOutputChannel('Sleeper', { log: true });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLEEP_MS);
  // Log the time, because the line's own timestamp can be later: a new log opens asynchronously.
  log.info(`awake at ${Date.now()}`);
}
