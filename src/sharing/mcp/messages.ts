import * as vscode from 'vscode';

import { safeText } from '../../base/safeText.ts';
import { hostOf } from '../../http/address.ts';
import type { McpServer, SettingProblem } from './servers.ts';

/** Why an entry of the setting is left out, and what to write instead. */
export function problemMessage(problem: SettingProblem, providers: readonly string[]): string {
  if (problem.kind === 'noList') {
    return vscode.l10n.t(
      'The setting bapIdentity.mcp.servers is not a list, so no MCP server is offered. Write a list of servers, each with a label, a url and a provider.',
    );
  }
  return vscode.l10n.t(
    'Entry {0} of the setting bapIdentity.mcp.servers is left out: {1}',
    problem.entry,
    reason(problem.kind, providers),
  );
}

function reason(kind: Exclude<SettingProblem['kind'], 'noList'>, providers: readonly string[]): string {
  switch (kind) {
    case 'noEntry':
      return vscode.l10n.t('it needs a label, a url and a provider.');
    case 'badLabel':
      return vscode.l10n.t('its label must be a text that is not empty.');
    case 'sameLabel':
      return vscode.l10n.t('another entry has the same label. Give each server a label of its own.');
    case 'badUrl':
      return vscode.l10n.t(
        'its url must start with https://, and must have no user name, no # and no %. http:// is accepted on this machine only.',
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
    vscode.l10n.t('“{0}” was not started, because you did not let it have your token.', label),
  );
}

export function notInSetting(label: string): McpStartError {
  return new McpStartError(
    vscode.l10n.t(
      '“{0}” was not started, because it is no longer in the setting bapIdentity.mcp.servers.',
      safeText(label),
    ),
  );
}

export function redirects(server: McpServer): McpStartError {
  return new McpStartError(
    vscode.l10n.t(
      '“{0}” was not started: {1} sends visitors on to another address, and your token must not follow. Write the final address into the setting bapIdentity.mcp.servers.',
      server.label,
      hostOf(server.url),
    ),
  );
}

export function refused(server: McpServer, service: string): McpStartError {
  return new McpStartError(
    vscode.l10n.t(
      '“{0}” was not started: {1} accepts your session, but {2} refuses its token. Ask who runs the server whether it accepts tokens of {1}.',
      server.label,
      service,
      hostOf(server.url),
    ),
  );
}
