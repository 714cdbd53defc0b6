import * as vscode from 'vscode';

import { describeError, type Log } from '../base/log.ts';

/** Differs in each window, so that no other extension can register the commands behind our links before we do. */
const LINKS = crypto.randomUUID();

/** The ID of a command that only a link or the status bar runs. It is not in the manifest. */
export function linkCommand(name: string): string {
  return `_bapIdentity.${LINKS}.${name}`;
}

/** Registers commands by their IDs. An ID that another extension has taken costs that command and a log line. */
export function tryRegisterCommands(
  commands: Readonly<Record<string, (...args: unknown[]) => unknown>>,
  log: Log,
): vscode.Disposable {
  const register = ([id, run]: [string, (...args: unknown[]) => unknown]): vscode.Disposable[] => {
    try {
      return [vscode.commands.registerCommand(id, run)];
    } catch (error) {
      log.warn(`The command ${id} could not be registered: ${describeError(error)}.`);
      return [];
    }
  };
  return vscode.Disposable.from(...Object.entries(commands).flatMap(register));
}

/**
 * Runs a command of the editor. One that an editor lacks, or that fails there, costs a log line and nothing else.
 * Returns whether it ran.
 */
export async function runEditorCommand(log: Log, id: string, ...args: unknown[]): Promise<boolean> {
  try {
    await vscode.commands.executeCommand(id, ...args);
    return true;
  } catch (error) {
    log.warn(`The command ${id} of the editor failed: ${describeError(error)}.`);
    return false;
  }
}

/**
 * Opens the list of notifications. In Do Not Disturb and in Zen Mode nothing else shows a notification, and extensions
 * cannot detect these modes, so this happens for everyone. The list takes the focus: its links can be reached with the
 * keyboard, and a screen reader reads the notification. It reads the text that the notification had when the list
 * opened (seen in 1.139), so an open list is closed first.
 */
export function showNotifications(log: Log): void {
  hideNotifications(log);
  void runEditorCommand(log, 'notifications.showList');
}

/** Closes the list, so that later notifications show as usual. Focus returns to the editor only if it was there. */
export function hideNotifications(log: Log): void {
  void runEditorCommand(log, 'notifications.hideList');
}

/** Sets a context key for the `when` clauses of the manifest. */
export function setContext(log: Log, key: string, value: boolean): void {
  void runEditorCommand(log, 'setContext', key, value);
}

/** Opens the settings editor at one setting. */
export async function openSetting(log: Log, key: string): Promise<void> {
  await runEditorCommand(log, 'workbench.action.openSettings', `@id:${key}`);
}

/**
 * Opens a web address in the user's browser, byte for byte. `env.openExternal` takes a Uri, which changes the query
 * (`%2F` becomes `/`); `vscode.open` takes a string and leaves it alone. It resolves in the same way when the user
 * chooses Copy or Cancel in VS Code's dialog.
 */
export async function openAddress(log: Log, address: string): Promise<void> {
  await runEditorCommand(log, 'vscode.open', address);
}
