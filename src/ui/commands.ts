import * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { ServiceProvider } from '../provider/serviceProvider.ts';
import { type Account, listKeptAccounts, type Records } from './accountPicker.ts';
import { copyBapId, showIdentity } from './identity/commands.ts';
import type { IdentityPanels } from './identity/panels.ts';
import { untilSettled } from './untilSettled.ts';

/** Registers the palette's commands. They use the providers directly: VS Code's own way in waits for pending sign-ins. */
export function registerCommands(
  providers: readonly ServiceProvider[],
  records: Records,
  panels: IdentityPanels,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const commands: Record<string, (argument: unknown) => Promise<void>> = {
    'bapIdentity.signIn': (argument) => signIn(providers, argument),
    'bapIdentity.signOut': () => signOut(providers),
    'bapIdentity.showIdentity': () => showIdentity(providers, panels),
    'bapIdentity.copyBapId': () => copyBapId(providers, records),
    'bapIdentity.showLog': async () => {
      log.show();
      return Promise.resolve();
    },
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) =>
      vscode.commands.registerCommand(id, (argument: unknown) => untilSettled(() => run(argument))),
    ),
  );
}

/** What a message asks for: the service, and the scopes of the session that is to be renewed. */
const Wanted = z.object({ provider: z.string(), scopes: z.array(z.string()) });

/** The palette asks which service; a message says so by the command's argument. */
async function signIn(providers: readonly ServiceProvider[], argument: unknown): Promise<void> {
  const wanted = z.safeParse(Wanted, argument).data;
  const named = providers.find(({ service }) => service.id === wanted?.provider);
  const provider = named ?? (await chosenService(providers));
  if (provider === undefined) return;
  const { label, defaultScopes } = provider.service;
  const session = await provider.createSession(wanted?.scopes ?? defaultScopes);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('You are signed in with {0} as {1}.', label, session.account.label),
  );
}

async function chosenService(providers: readonly ServiceProvider[]): Promise<ServiceProvider | undefined> {
  const items = providers.map((provider) => ({
    label: provider.service.label,
    detail: provider.service.purpose,
    provider,
  }));
  const item = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('Select the service to sign in with'),
  });
  return item?.provider;
}

async function signOut(providers: readonly ServiceProvider[]): Promise<void> {
  const accounts = await listKeptAccounts(providers);
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

async function confirmed(account: Account): Promise<Account | undefined> {
  const signOutButton = vscode.l10n.t('Sign Out');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Sign out of {0}?', account.label),
    { modal: true, detail: vscode.l10n.t('Extensions that use this account will ask you to sign in again.') },
    signOutButton,
  );
  return answer === signOutButton ? account : undefined;
}

async function chosen(accounts: Account[]): Promise<Account | undefined> {
  return vscode.window.showQuickPick(accounts, {
    placeHolder: vscode.l10n.t('Select the account to sign out of'),
  });
}
