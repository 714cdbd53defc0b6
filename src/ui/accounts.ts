import * as vscode from 'vscode';

import type { ServiceProvider } from '../provider/serviceProvider.ts';
import type { SignedIn } from './signedIn.ts';

/** An account that is signed in, as a list shows it. */
export interface Account extends vscode.QuickPickItem {
  readonly provider: ServiceProvider;
  readonly id: string;
  readonly sessionIds: readonly string[];
}

/** The sessions that can be used, from memory: what `listAccounts` has loaded. */
export type Records = SignedIn['records'];

/** Every account that is signed in with any service. */
export async function listAccounts(providers: readonly ServiceProvider[]): Promise<Account[]> {
  return (await Promise.all(providers.map(accountsOf))).flat();
}

async function accountsOf(provider: ServiceProvider): Promise<Account[]> {
  const sessions = await provider.getSessions(undefined);
  return [...Map.groupBy(sessions, (session) => session.account.id)].flatMap(([id, ofAccount]) => {
    const label = ofAccount[0]?.account.label;
    if (label === undefined) return [];
    const sessionIds = ofAccount.map((session) => session.id);
    return [{ label, description: provider.service.label, provider, id, sessionIds }];
  });
}

/** The sessions of one account, oldest first. */
export function recordsOf({ provider, id }: Pick<Account, 'provider' | 'id'>, records: Records) {
  return records().filter(
    (record) => record.provider === provider.service.id && record.person.accountId === id,
  );
}

/** Says why there is nothing to do, with the way out of it. */
export async function offerSignIn(message: string): Promise<void> {
  const signIn = vscode.l10n.t('Sign In');
  if ((await vscode.window.showInformationMessage(message, signIn)) === signIn)
    await vscode.commands.executeCommand('bapIdentity.signIn');
}
