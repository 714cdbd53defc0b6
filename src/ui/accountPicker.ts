import * as vscode from 'vscode';

import type { ServiceProvider } from '../provider/serviceProvider.ts';
import { type Account, accountsOf } from '../sessions/accounts.ts';
import type { LiveSession } from '../sessions/sessionRecord.ts';

/** An account as a list shows it. */
export interface AccountItem extends vscode.QuickPickItem {
  readonly provider: ServiceProvider;
  readonly account: Account;
}

/** Every account with a session that can be used. Throws a StoreError when the sessions cannot be read. */
export function usableAccounts(providers: readonly ServiceProvider[]): Promise<AccountItem[]> {
  return accountsIn(providers, ({ sessions }) => sessions.usable());
}

/**
 * Every account that the person can sign out of, also one whose session waits for its renewal. Uses no network.
 * Throws a StoreError when the sessions cannot be read.
 */
export function allAccounts(providers: readonly ServiceProvider[]): Promise<AccountItem[]> {
  return accountsIn(providers, ({ sessions }) => sessions.all());
}

async function accountsIn(
  providers: readonly ServiceProvider[],
  read: (provider: ServiceProvider) => Promise<LiveSession[]>,
): Promise<AccountItem[]> {
  const lists = providers.map(async (provider) =>
    accountsOf(await read(provider)).map((account) => ({
      label: account.label,
      description: provider.service.label,
      provider,
      account,
    })),
  );
  return (await Promise.all(lists)).flat();
}

/** The only account, or the one that the person chooses. Undefined when they choose none. */
export async function pickAccount<T extends AccountItem>(
  items: readonly T[],
  placeHolder: string,
): Promise<T | undefined> {
  const [first, ...others] = items;
  return others.length === 0 ? first : vscode.window.showQuickPick(items, { placeHolder });
}
