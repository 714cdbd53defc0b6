import * as vscode from 'vscode';

import { describeError, type Log } from '../../base/log.ts';
import type { McpStartError } from './messages.ts';
import type { McpServer } from './servers.ts';

export const SETTING = 'bapIdentity.mcp.servers';
/** VS Code names a server of an extension by the id of the extension and the label of the server. It is no API. */
const SERVER_ID = 'bap-identity.bap-authentication/';

/** Tells of a part of the setting that is left out. Never rejects. */
export async function tellOfProblem(message: string): Promise<void> {
  const open = vscode.l10n.t('Open Settings');
  if ((await vscode.window.showWarningMessage(message, open)) === open) await openSetting();
}

/** Tells why a server was not started. `askAgain` is called before another try. Never rejects. */
export async function tellOfStart(
  { message }: McpStartError,
  { label }: McpServer,
  askAgain: () => void,
  log: Log,
): Promise<void> {
  const again = vscode.l10n.t('Try Again');
  const open = vscode.l10n.t('Open Settings');
  const answer = await vscode.window.showWarningMessage(message, again, open);
  if (answer === open) await openSetting();
  if (answer !== again) return;
  askAgain();
  try {
    await vscode.commands.executeCommand('workbench.mcp.startServer', `${SERVER_ID}${label}`);
  } catch (error) {
    log.debug(`An MCP server was not started again: ${describeError(error)}.`); // the person has seen why
  }
}

async function openSetting(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', SETTING);
}
