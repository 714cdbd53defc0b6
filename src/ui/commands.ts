import * as vscode from 'vscode';

import type { ServiceProvider } from '../provider/serviceProvider.ts';
import { SignInError } from '../provider/signInError.ts';

/** Registers the palette's commands. They use the providers directly: VS Code's own way in waits for pending sign-ins. */
export function registerCommands(
  providers: readonly ServiceProvider[],
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const commands: Record<string, () => Promise<void>> = {
    'bapIdentity.signIn': () => signIn(providers),
    'bapIdentity.signOut': () => signOut(providers),
    'bapIdentity.showLog': async () => {
      log.show();
      return Promise.resolve();
    },
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) =>
      vscode.commands.registerCommand(id, () => untilSettled(run)),
    ),
  );
}

async function signIn(providers: readonly ServiceProvider[]): Promise<void> {
  const items = providers.map((provider) => ({
    label: provider.service.label,
    detail: provider.service.purpose,
    provider,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('Select the service to sign in with'),
  });
  if (chosen === undefined) return;
  const { provider } = chosen;
  const session = await provider.createSession(provider.service.defaultScopes);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('You are signed in with {0} as {1}.', provider.service.label, session.account.label),
  );
}

interface AccountItem extends vscode.QuickPickItem {
  readonly provider: ServiceProvider;
  readonly sessionIds: readonly string[];
}

async function signOut(providers: readonly ServiceProvider[]): Promise<void> {
  const accounts = (await Promise.all(providers.map(listAccounts))).flat();
  const [first, ...others] = accounts;
  if (first === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nobody is signed in with BAP Identity.'));
    return;
  }
  const account = others.length === 0 ? await confirmed(first) : await chosen(accounts);
  if (account === undefined) return;
  await Promise.all(account.sessionIds.map((id) => account.provider.removeSession(id)));
  void vscode.window.showInformationMessage(vscode.l10n.t('You are signed out of {0}.', account.label));
}

async function listAccounts(provider: ServiceProvider): Promise<AccountItem[]> {
  const sessions = await provider.getSessions(undefined);
  return [...Map.groupBy(sessions, (session) => session.account.id).values()].flatMap((ofAccount) => {
    const label = ofAccount[0]?.account.label;
    if (label === undefined) return [];
    return [
      { label, description: provider.service.label, provider, sessionIds: ofAccount.map(({ id }) => id) },
    ];
  });
}

async function confirmed(account: AccountItem): Promise<AccountItem | undefined> {
  const signOutButton = vscode.l10n.t('Sign Out');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Sign out of {0}?', account.label),
    { modal: true, detail: vscode.l10n.t('Extensions that use this account will ask you to sign in again.') },
    signOutButton,
  );
  return answer === signOutButton ? account : undefined;
}

async function chosen(accounts: AccountItem[]): Promise<AccountItem | undefined> {
  return vscode.window.showQuickPick(accounts, {
    placeHolder: vscode.l10n.t('Select the account to sign out of'),
  });
}

/** What the person has cancelled or been told of is settled. */
async function untilSettled(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof vscode.CancellationError || error instanceof SignInError)) throw error;
  }
}
