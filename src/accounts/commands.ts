import * as vscode from 'vscode';

import type { Log } from '../base/log.ts';
import { registerGuardedCommands } from './guardedCommands.ts';
import type { ServiceProvider } from '../provider/provider.ts';
import { type AccountItem, allAccounts, pickAccount } from './accountPicker.ts';

/**
 * Registers the palette's commands. They use the providers directly, because VS Code's own functions wait until a
 * sign-in in progress has ended.
 */
export function registerAccountCommands(
  providers: readonly ServiceProvider[],
  channel: vscode.LogOutputChannel,
  log: Log,
): vscode.Disposable {
  const commands = {
    'bapIdentity.signIn': async (): Promise<void> => {
      const provider = await pickService(providers);
      if (provider === undefined || provider.showQuestion()) return;
      await provider.signIn();
    },
    'bapIdentity.signOut': () => signOut(providers),
    'bapIdentity.showLog': async () => {
      channel.show();
      return Promise.resolve();
    },
  };
  return registerGuardedCommands(commands, log);
}

async function pickService(providers: readonly ServiceProvider[]): Promise<ServiceProvider | undefined> {
  const items = providers.map((provider) => ({
    label: provider.service.label,
    detail: provider.service.purpose,
    provider,
  }));
  const item = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Sign In'),
    placeHolder: vscode.l10n.t('Select a service to sign in with'),
    // The command may come from a message, and the focus moves again when that message closes.
    ignoreFocusOut: true,
  });
  return item?.provider;
}

async function signOut(providers: readonly ServiceProvider[]): Promise<void> {
  const items = await allAccounts(providers);
  const [first, ...others] = items;
  if (first === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No one is signed in with BAP Identity.'));
    return;
  }
  const item =
    others.length === 0
      ? first
      : await pickAccount(
          items,
          vscode.l10n.t('Sign Out'),
          vscode.l10n.t('Select an account to sign out of'),
        );
  if (item !== undefined) await askAndSignOut(item);
}

/**
 * Asks in a dialog before signing out. Any extension can run the command and accept an item of its list, but none can
 * answer a dialog. Rejects as `signOutOf` does.
 */
export async function askAndSignOut(item: AccountItem): Promise<void> {
  const signOutButton = vscode.l10n.t('Sign Out');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t({ message: 'Sign out of {0}?', args: [item.account.label], comment: '{0}: an account' }),
    {
      modal: true,
      detail: item.detail ?? vscode.l10n.t('Extensions that use this account will ask you to sign in again.'),
    },
    signOutButton,
  );
  if (answer === signOutButton) await signOutOf(item);
}

/** Signs out of all sessions of an account and confirms it. Rejects as `removeSession` does. */
async function signOutOf({ provider, account }: AccountItem): Promise<void> {
  await Promise.all(account.sessions.map(({ id }) => provider.removeSession(id)));
  void vscode.window.showInformationMessage(
    vscode.l10n.t({
      message: 'You are signed out of {0}.',
      args: [account.label],
      comment: '{0}: an account',
    }),
  );
}
