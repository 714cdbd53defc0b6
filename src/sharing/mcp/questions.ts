import * as vscode from 'vscode';

import { hostOf } from '../../http/address.ts';
import type { McpServer } from './servers.ts';
import type { McpQuestions } from './tokens.ts';

/** The questions as windows in front of everything: VS Code waits for the answer before it starts the server. */
export const mcpQuestions: McpQuestions = {
  async signIn(server, { label }, account) {
    const host = hostOf(server.url);
    const signIn = vscode.l10n.t('Sign In');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t('Sign in with {0} to start “{1}”?', label, server.label),
      {
        modal: true,
        detail:
          account === undefined
            ? vscode.l10n.t(
                'The MCP server at {0} needs to know who you are. After you sign in, you’ll be asked whether it may get your token.',
                host,
              )
            : vscode.l10n.t(
                'The MCP server at {0} uses your account {1}, whose session has ended.',
                host,
                account,
              ),
      },
      signIn,
    );
    return answer === signIn;
  },

  async account(server, accounts) {
    const signIn = { label: `$(add) ${vscode.l10n.t('Sign in to another account…')}`, account: undefined };
    const item = await vscode.window.showQuickPick(
      [...accounts.map((account) => ({ label: account.label, account })), signIn],
      {
        title: titleOf(server),
        placeHolder: vscode.l10n.t('Select the account to use with this server'),
        // VS Code asks while the person works elsewhere, and their typing must not answer for them.
        ignoreFocusOut: true,
      },
    );
    return item === undefined ? undefined : (item.account ?? 'signIn');
  },

  async allow(server, service, account) {
    const allow = vscode.l10n.t('Allow');
    const other = vscode.l10n.t('Use Another Account…');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Allow {0} to get your {1} token?', hostOf(server.url), service.label),
      {
        modal: true,
        detail: [
          vscode.l10n.t('Account: {0}', account.label),
          vscode.l10n.t('MCP server: {0} ({1})', server.label, server.url),
          '',
          service.tokenRights,
          '',
          vscode.l10n.t(
            'The server gets the token each time VS Code starts it, until you sign out. Allow this only if you trust the operator of the server as much as you trust {0}.',
            service.label,
          ),
        ].join('\n'),
      },
      allow,
      other,
    );
    if (answer === other) return 'otherAccount';
    return answer === allow ? 'allow' : undefined;
  },
};

function titleOf(server: McpServer): string {
  return `${server.label} · ${hostOf(server.url)}`;
}

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
    title: vscode.l10n.t('MCP servers that may get the token of {0}', account),
    placeHolder: vscode.l10n.t('Uncheck a server to revoke its access'),
  });
  return kept === undefined ? [] : allowed.filter((server) => !kept.some((item) => item.server === server));
}
