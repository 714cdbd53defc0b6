import * as vscode from 'vscode';

import { hostOf } from '../../http/address.ts';
import type { McpServer } from './servers.ts';

/**
 * Lists the servers that may get a token of an account. Gives those that the person takes it back from. `account` is
 * its label.
 */
export async function pickToTakeBack(allowed: readonly McpServer[], account: string): Promise<McpServer[]> {
  const items = allowed.map((server) => ({
    label: server.label,
    description: hostOf(server.url),
    picked: true,
    server,
  }));
  const kept = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t('MCP servers that may get your token as {0}', account),
    placeHolder: vscode.l10n.t('Uncheck a server to take this back'),
  });
  return kept === undefined ? [] : allowed.filter((server) => !kept.some((item) => item.server === server));
}
