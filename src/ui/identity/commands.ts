import * as vscode from 'vscode';

import type { ServiceProvider } from '../../provider/serviceProvider.ts';
import { type Account, listAccounts, offerSignIn, type Records, recordsOf } from '../accountPicker.ts';
import type { IdentityPanels } from './panels.ts';

/** Shows who is signed in; asks which account where there are several. */
export async function showIdentity(
  providers: readonly ServiceProvider[],
  panels: IdentityPanels,
): Promise<void> {
  const accounts = await listAccounts(providers);
  if (accounts.length === 0) {
    void offerSignIn(vscode.l10n.t('Nobody is signed in with BAP Identity.'));
    return;
  }
  const account = await oneOf(accounts, vscode.l10n.t('Select the account to show'));
  if (account !== undefined) panels.show(account);
}

/** Copies the BAP ID of an account; asks which one where several have one. */
export async function copyBapId(providers: readonly ServiceProvider[], records: Records): Promise<void> {
  const accounts = await listAccounts(providers);
  const holders = accounts.flatMap((account) => {
    const person = recordsOf(account, records).at(-1)?.person;
    return person?.bap === undefined ? [] : [{ ...account, name: person.name, bapId: person.bap.bapId }];
  });
  if (holders.length === 0) {
    void offerSignIn(vscode.l10n.t('Nobody with a BAP ID is signed in.'));
    return;
  }
  const holder = await oneOf(holders, vscode.l10n.t('Select the account whose BAP ID to copy'));
  if (holder === undefined) return;
  await vscode.env.clipboard.writeText(holder.bapId);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The BAP ID of {0} is on the clipboard.', holder.name),
  );
}

async function oneOf<T extends Account>(accounts: readonly T[], placeHolder: string): Promise<T | undefined> {
  const [first, ...others] = accounts;
  return others.length === 0 ? first : vscode.window.showQuickPick(accounts, { placeHolder });
}
