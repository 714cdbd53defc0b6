import * as vscode from 'vscode';

const SLEEP_MS = 5_000;

/** Blocks the extension host. VS Code starts extensions with the event `*` first, so all others start that late. */
export function activate(): void {
  const log = vscode.window.createOutputChannel('Sleeper', { log: true });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLEEP_MS);
  // The line itself can get a later time: a new log opens in the background.
  log.info(`awake at ${Date.now()}`);
}
