import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { ServiceProvider } from '../provider/provider.ts';
import { shortAddress } from '../http/address.ts';
import { type Account, accountsOf } from '../sessions/accounts.ts';
import type { LiveSession } from '../sessions/record.ts';

/** An account in a quick pick. */
export interface AccountItem extends vscode.QuickPickItem {
  readonly provider: ServiceProvider;
  readonly account: Account;
}

/** Every account with a usable session. Throws a StoreError when the sessions cannot be read. */
export function usableAccounts(providers: readonly ServiceProvider[]): Promise<AccountItem[]> {
  return accountsIn(providers, async ({ sessions }) => {
    await sessions.settle();
    return sessions.usable();
  });
}

/** As `usableAccounts`, with the accounts whose sessions are dormant. Throws as it does. */
export function knownAccounts(providers: readonly ServiceProvider[]): Promise<AccountItem[]> {
  return accountsIn(providers, async ({ sessions }) => {
    await sessions.settle();
    return [...sessions.usable(), ...sessions.records.dormant()];
  });
}

/**
 * Every account that the user can sign out of, at any server, including those whose session is waiting for renewal.
 * Uses no network. Throws a StoreError when the sessions cannot be read.
 */
export function allAccounts(providers: readonly ServiceProvider[]): Promise<AccountItem[]> {
  return accountsIn(providers, async ({ sessions }) => {
    await sessions.load();
    return sessions.records.liveSessions();
  });
}

async function accountsIn(
  providers: readonly ServiceProvider[],
  read: (provider: ServiceProvider) => Promise<LiveSession[]>,
): Promise<AccountItem[]> {
  const lists = providers.map(async (provider) =>
    accountsOf(await read(provider)).map((account) => ({
      label: account.label,
      description: provider.service.label,
      ...(!provider.sessions.records.isConfigured(account) && { detail: whyDormant(account) }),
      provider,
      account,
    })),
  );
  return (await Promise.all(lists)).flat();
}

/**
 * Why an account of a server that is not configured is unused. Two accounts of one user may differ only in their
 * server.
 */
export function whyDormant({ server }: Pick<Account, 'server'>): string {
  return vscode.l10n.t({
    message: 'Not in use: your settings point to a server other than {0}.',
    args: [safeText(shortAddress(server))],
    comment: '{0}: a web address',
  });
}

/** Returns the only account, or lets the user pick one. Returns undefined when they pick none. */
export async function pickAccount<T extends AccountItem>(
  items: readonly T[],
  title: string,
  placeHolder: string,
): Promise<T | undefined> {
  const [first, ...others] = items;
  return others.length === 0 ? first : vscode.window.showQuickPick(items, { title, placeHolder });
}
