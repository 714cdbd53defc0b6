import * as vscode from 'vscode';

import { describeError, type Log } from '../../base/log.ts';
import { safeText } from '../../base/safeText.ts';
import { hostOf } from '../../http/address.ts';
import { settings } from '../../settings.ts';
import type { McpServer, SettingProblem } from './servers.ts';

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
  await vscode.commands.executeCommand('workbench.action.openSettings', settings.mcpServers.key);
}

/** Why an entry of the setting is left out, and what to write instead. */
export function problemMessage(problem: SettingProblem, providers: readonly string[]): string {
  if (problem.kind === 'noList') {
    return vscode.l10n.t(
      'The setting bapIdentity.mcp.servers is not a list, so no MCP server is available. Enter a list of servers, each with a label, a url, and a provider.',
    );
  }
  return vscode.l10n.t(
    'Entry {0} of the setting bapIdentity.mcp.servers is skipped: {1}',
    problem.entry,
    reason(problem.kind, providers),
  );
}

function reason(kind: Exclude<SettingProblem['kind'], 'noList'>, providers: readonly string[]): string {
  switch (kind) {
    case 'noEntry':
      return vscode.l10n.t('it needs a label, a url, and a provider.');
    case 'badLabel':
      return vscode.l10n.t('its label must be a string that is not empty.');
    case 'sameLabel':
      return vscode.l10n.t('another entry has the same label. Give each server its own label.');
    case 'badUrl':
      return vscode.l10n.t(
        'its url must start with https://, and must not contain a user name, # or %. http:// is allowed on localhost only.',
      );
    case 'badProvider':
      return vscode.l10n.t('its provider must be one of: {0}.', providers.join(', '));
  }
}

/** Why a server was not started. VS Code hands these words to the agent that wanted to use the server. */
export class McpStartError extends Error {
  override readonly name = 'McpStartError';
}

export function notAllowed({ label }: McpServer): McpStartError {
  return new McpStartError(
    vscode.l10n.t('“{0}” was not started because you didn’t allow it to get your token.', label),
  );
}

export function notInSetting(label: string): McpStartError {
  return new McpStartError(
    vscode.l10n.t(
      '“{0}” was not started because it is no longer in the setting bapIdentity.mcp.servers.',
      safeText(label),
    ),
  );
}

export function redirects(server: McpServer): McpStartError {
  return new McpStartError(
    vscode.l10n.t(
      '“{0}” was not started: {1} redirects to another address, and your token must not be sent there. Enter the final address in the setting bapIdentity.mcp.servers.',
      server.label,
      hostOf(server.url),
    ),
  );
}

export function refused(server: McpServer, service: string): McpStartError {
  return new McpStartError(
    vscode.l10n.t(
      '“{0}” was not started: {1} accepts your session, but {2} rejects its token. Ask the operator of the server whether it accepts {1} tokens.',
      server.label,
      service,
      hostOf(server.url),
    ),
  );
}
