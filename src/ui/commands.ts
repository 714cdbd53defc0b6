import * as vscode from 'vscode';

import type { ServiceProvider } from '../provider/serviceProvider.ts';
import { type AccountItem, allAccounts, pickAccount } from './accountPicker.ts';
import { copyBapId, showIdentity } from './identity/commands.ts';
import type { IdentityPanels } from './identity/panels.ts';
import { runCommand } from './runCommand.ts';

/**
 * Registers the palette's commands. They use the providers directly, because VS Code's own functions wait for the
 * sign-ins that are under way.
 */
export function registerCommands(
  providers: readonly ServiceProvider[],
  panels: IdentityPanels,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const commands: Record<string, () => Promise<void>> = {
    'bapIdentity.signIn': async () => {
      const provider = await pickService(providers);
      if (provider !== undefined) await provider.createSession(provider.service.defaultScopes);
    },
    'bapIdentity.signOut': () => signOut(providers),
    'bapIdentity.showIdentity': () => showIdentity(providers, panels),
    'bapIdentity.copyBapId': () => copyBapId(providers),
    'bapIdentity.showLog': async () => {
      log.show();
      return Promise.resolve();
    },
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) =>
      vscode.commands.registerCommand(id, () => runCommand(run)),
    ),
  );
}

async function pickService(providers: readonly ServiceProvider[]): Promise<ServiceProvider | undefined> {
  const items = providers.map((provider) => ({
    label: provider.service.label,
    detail: provider.service.purpose,
    provider,
  }));
  const item = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Sign In'),
    placeHolder: vscode.l10n.t('Select the service to sign in with'),
  });
  return item?.provider;
}

async function signOut(providers: readonly ServiceProvider[]): Promise<void> {
  const items = await allAccounts(providers);
  const [first, ...others] = items;
  if (first === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nobody is signed in with BAP Identity.'));
    return;
  }
  const item =
    others.length === 0
      ? await confirmed(first)
      : await pickAccount(
          items,
          vscode.l10n.t('Sign Out'),
          vscode.l10n.t('Select the account to sign out of'),
        );
  if (item === undefined) return;
  const { provider, account } = item;
  await Promise.all(account.sessions.map(({ id }) => provider.removeSession(id)));
  void vscode.window.showInformationMessage(vscode.l10n.t('You are signed out of {0}.', account.label));
}

/** One account is not picked from a list, so this asks before it signs out. */
async function confirmed(item: AccountItem): Promise<AccountItem | undefined> {
  const signOutButton = vscode.l10n.t('Sign Out');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Sign out of {0}?', item.account.label),
    {
      modal: true,
      detail: item.detail ?? vscode.l10n.t('Extensions that use this account will ask you to sign in again.'),
    },
    signOutButton,
  );
  return answer === signOutButton ? item : undefined;
}
