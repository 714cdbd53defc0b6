import * as vscode from 'vscode';

import { knownAccounts, pickAccount, usableAccounts } from '../accounts/accountPicker.ts';
import { registerGuardedCommands } from '../accounts/guardedCommands.ts';
import type { Log } from '../base/log.ts';
import { type CopyOutcome, copyToClipboard, notConfirmed } from '../signIn/clipboard.ts';
import { offerSignIn } from '../signIn/outcomeMessages.ts';
import type { ServiceProvider } from '../provider/provider.ts';
import type { IdentityPanels } from './panels.ts';

/** Registers Show Identity and Copy BAP ID. */
export function registerIdentityCommands(
  providers: readonly ServiceProvider[],
  panels: IdentityPanels,
  log: Log,
): vscode.Disposable {
  const commands = {
    'bapIdentity.showIdentity': () => showIdentity(providers, panels, log),
    'bapIdentity.copyBapId': () => copyBapId(providers, log),
  };
  return registerGuardedCommands(commands, log);
}

/** Rejects with a StoreError when the sessions cannot be read. */
async function showIdentity(
  providers: readonly ServiceProvider[],
  panels: IdentityPanels,
  log: Log,
): Promise<void> {
  const items = await knownAccounts(providers);
  if (items.length === 0) {
    void offerSignIn(vscode.l10n.t('No one is signed in with BAP Identity.'), log);
    return;
  }
  const item = await pickAccount(
    items,
    vscode.l10n.t('Show Identity'),
    vscode.l10n.t('Select an account to show'),
  );
  if (item !== undefined) await panels.show(item);
}

/** Rejects with a StoreError when the sessions cannot be read. */
async function copyBapId(providers: readonly ServiceProvider[], log: Log): Promise<void> {
  const holders = (await usableAccounts(providers)).flatMap((item) => {
    const person = item.account.sessions.at(-1)?.person;
    return person?.bap === undefined ? [] : [{ ...item, name: person.name, bapId: person.bap.bapId }];
  });
  if (holders.length === 0) {
    void offerSignIn(vscode.l10n.t('No one with a BAP ID is signed in.'), log);
    return;
  }
  const holder = await pickAccount(
    holders,
    vscode.l10n.t('Copy BAP ID'),
    vscode.l10n.t('Select an account to copy its BAP ID'),
  );
  if (holder === undefined) return;
  const outcome = await copyToClipboard(holder.bapId, log);
  void vscode.window.showInformationMessage(copiedMessage(holder, outcome));
}

function copiedMessage({ name, bapId }: { name: string; bapId: string }, outcome: CopyOutcome): string {
  if (outcome === 'copied')
    return vscode.l10n.t({
      message: 'The BAP ID of {0} has been copied to the clipboard.',
      args: [name],
      comment: '{0}: a person',
    });
  const bapIdOf = vscode.l10n.t({
    message: 'The BAP ID of {0} is {1}.',
    args: [name, bapId],
    comment: '{0}: a person, {1}: a BAP ID',
  });
  return `${bapIdOf} ${notConfirmed(outcome)}`;
}
