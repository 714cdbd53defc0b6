import * as vscode from 'vscode';

import type { ServiceProvider } from '../provider/serviceProvider.ts';
import { allAccounts, pickAccount } from './accountPicker.ts';
import { copyBapId, showIdentity } from '../identityPage/commands.ts';
import type { IdentityPanels } from '../identityPage/panels.ts';
import { registerAll } from '../provider/runCommand.ts';
import { askAndSignOut, signOutOf } from './signOut.ts';

/**
 * Registers the palette's commands. They use the providers directly, because VS Code's own functions wait for the
 * sign-ins that are under way.
 */
export function registerCommands(
  providers: readonly ServiceProvider[],
  panels: IdentityPanels,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return registerAll({
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
  });
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
    // The command may come from a message, and the focus moves once more when that message goes.
    ignoreFocusOut: true,
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
  if (others.length === 0) {
    await askAndSignOut(first);
    return;
  }
  const item = await pickAccount(
    items,
    vscode.l10n.t('Sign Out'),
    vscode.l10n.t('Select the account to sign out of'),
  );
  if (item !== undefined) await signOutOf(item);
}
