import * as vscode from 'vscode';

import type { ServiceProvider } from '../provider/serviceProvider.ts';
import type { SessionRecord } from '../sessions/sessionRecord.ts';
import type { SignedIn } from './signedIn.ts';

/** An account that is signed in, as a list shows it. */
export interface Account extends vscode.QuickPickItem {
  readonly provider: ServiceProvider;
  readonly id: string;
  readonly sessionIds: readonly string[];
}

/** The sessions that can be used, from memory: what `listAccounts` has loaded. */
export type Records = SignedIn['records'];

/** Every account that is signed in with any service. Throws a StoreError when the sessions cannot be read. */
export function listAccounts(providers: readonly ServiceProvider[]): Promise<Account[]> {
  return accountsIn(providers, ({ sessions }) => sessions.list());
}

/**
 * Every account that there is something to sign out of: also one whose session waits to be renewed. Uses no network.
 * Throws a StoreError when the sessions cannot be read.
 */
export function listKeptAccounts(providers: readonly ServiceProvider[]): Promise<Account[]> {
  return accountsIn(providers, ({ sessions }) => sessions.kept());
}

async function accountsIn(
  providers: readonly ServiceProvider[],
  read: (provider: ServiceProvider) => Promise<SessionRecord[]>,
): Promise<Account[]> {
  const lists = providers.map(async (each) => accountsOf(each, await read(each)));
  return (await Promise.all(lists)).flat();
}

function accountsOf(provider: ServiceProvider, records: readonly SessionRecord[]): Account[] {
  return [...Map.groupBy(records, ({ person }) => person.accountId)].flatMap(([id, ofAccount]) => {
    const label = ofAccount[0]?.person.accountLabel;
    if (label === undefined) return [];
    const sessionIds = ofAccount.map((record) => record.id);
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
