import * as vscode from 'vscode';

import { describeError, type Log } from '../../base/log.ts';
import { safeText } from '../../base/safeText.ts';
import { hostOf } from '../../http/address.ts';
import type { Account } from '../../sessions/accounts.ts';
import { settings } from '../../settings.ts';
import { openSetting } from '../../signIn/editorCommands.ts';
import type { McpServer, SettingProblem } from './servers.ts';
import type { McpQuestions } from './tokens.ts';

/** VS Code's id of a server is the id of its extension and its label. This is not API. */
const SERVER_ID = 'bap-identity.bap-authentication/';

/** Shows a `problemMessage`. Never rejects. */
export async function showSettingProblem(message: string, log: Log): Promise<void> {
  const open = vscode.l10n.t('Open Settings');
  if ((await vscode.window.showWarningMessage(message, open)) === open)
    await openSetting(log, settings.mcpServers.key);
}

/** Shows why a server was not started. Calls `askAgain` before a retry. Never rejects. */
export async function showStartError(
  { message }: McpStartError,
  { label }: McpServer,
  askAgain: () => void,
  log: Log,
): Promise<void> {
  const again = vscode.l10n.t('Try Again');
  const open = vscode.l10n.t('Open Settings');
  const answer = await vscode.window.showWarningMessage(message, again, open);
  if (answer === open) await openSetting(log, settings.mcpServers.key);
  if (answer !== again) return;
  askAgain();
  try {
    await vscode.commands.executeCommand('workbench.mcp.startServer', `${SERVER_ID}${label}`);
  } catch (error) {
    log.debug(`An MCP server was not started again: ${describeError(error)}.`); // the user has seen why
  }
}

/** Why a part of the setting is ignored, and what to write instead. */
export function problemMessage(problem: SettingProblem, providers: readonly string[]): string {
  if (problem.kind === 'noList') {
    return vscode.l10n.t(
      'The setting bapIdentity.mcp.servers is not a list, so no MCP server is available. Enter a list of servers, each with a label, a url, and a provider.',
    );
  }
  return vscode.l10n.t({
    message: 'Entry {0} of the setting bapIdentity.mcp.servers is skipped: {1}',
    args: [problem.entry, reason(problem.kind, providers)],
    comment: '{0}: a number, {1}: the reason, such as: it needs a label…',
  });
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
    case 'longUrl':
      return vscode.l10n.t('its url is longer than 2,000 characters.');
    case 'rewrittenUrl':
      return vscode.l10n.t(
        'VS Code would change its url, and contact another address. Remove an empty query, a second ?, or a drive letter such as C:.',
      );
    case 'serviceUrl':
      return vscode.l10n.t(
        'its url is on the server of an identity service, which can’t be an MCP server at the same time.',
      );
    case 'badProvider':
      return vscode.l10n.t('its provider must be one of: {0}.', providers.join(', '));
  }
}

/** Why a server was not started. VS Code passes the message to the agent that wanted to use the server. */
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
    vscode.l10n.t({
      message:
        '“{0}” was not started: {1} redirects to another address, and your token must not be sent there. Enter the final address in the setting bapIdentity.mcp.servers.',
      args: [server.label, hostOf(server.url)],
      comment: '{0}: an MCP server, {1}: a host name',
    }),
  );
}

export function refused(server: McpServer, service: string): McpStartError {
  return new McpStartError(
    vscode.l10n.t({
      message:
        '“{0}” was not started: {1} accepts your session, but {2} rejects its token. Ask the operator of the server whether it accepts {1} tokens.',
      args: [server.label, service, hostOf(server.url)],
      comment: '{0}: an MCP server, {1}: a service, {2}: a host name',
    }),
  );
}

/** Modal where the answer is a consent: VS Code waits for it before it starts the server. */
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
    const items: (vscode.QuickPickItem & { readonly answer?: Account | 'signIn' | 'refuse' })[] = [
      ...accounts.map((account) => ({ label: account.label, answer: account })),
      { label: `$(add) ${vscode.l10n.t('Sign in to another account…')}`, answer: 'signIn' },
      { label: '', kind: vscode.QuickPickItemKind.Separator },
      { label: `$(close) ${vscode.l10n.t('Don’t use an account with this server')}`, answer: 'refuse' },
    ];
    const item = await vscode.window.showQuickPick(items, {
      title: titleOf(server),
      placeHolder: vscode.l10n.t('Select the account to use with this server'),
      // VS Code asks while the user works elsewhere, and their typing must not answer.
      ignoreFocusOut: true,
    });
    return item?.answer ?? 'hidden';
  },

  async allow(server, service, account) {
    const allow = vscode.l10n.t('Allow');
    const other = vscode.l10n.t('Use Another Account…');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t({
        message: 'Allow {0} to get your {1} token?',
        args: [hostOf(server.url), service.label],
        comment: '{0}: a host name, {1}: a service',
      }),
      {
        modal: true,
        detail: [
          vscode.l10n.t('Account: {0}', account.label),
          vscode.l10n.t({
            message: 'MCP server: {0} ({1})',
            args: [server.label, server.url],
            comment: '{0}: a label, {1}: a web address',
          }),
          '',
          service.tokenRights,
          '',
          vscode.l10n.t({
            message:
              'The server gets the token each time VS Code starts it, until you sign out. Allow this only if you trust the operator of the server as much as you trust {0}.',
            args: [service.label],
            comment: '{0}: a service',
          }),
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
 * Lists the servers that may get a token of the account with the label `account`. Resolves with the ones that the user
 * unchecks.
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
