import * as vscode from 'vscode';

import type { AccountItem } from './accountPicker.ts';

/** Signs out of an account that the person has not picked from a list, so it asks first. Rejects as `signOutOf` does. */
export async function askAndSignOut(item: AccountItem): Promise<void> {
  const signOutButton = vscode.l10n.t('Sign Out');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Sign out of {0}?', item.account.label),
    {
      modal: true,
      detail: item.detail ?? vscode.l10n.t('Extensions that use this account will ask you to sign in again.'),
    },
    signOutButton,
  );
  if (answer === signOutButton) await signOutOf(item);
}

/** Signs out of all sessions of an account, and says so. Rejects as `removeSession` does. */
export async function signOutOf({ provider, account }: AccountItem): Promise<void> {
  await Promise.all(account.sessions.map(({ id }) => provider.removeSession(id)));
  void vscode.window.showInformationMessage(vscode.l10n.t('You are signed out of {0}.', account.label));
}
