import * as vscode from 'vscode';

import { hostOf } from '../http/address.ts';
import { openAddress } from './openAddress.ts';

/** Tells that an account has no BAP identity, and offers the page of the service that makes one. */
export async function showNoIdentity(serviceLabel: string, page: string): Promise<void> {
  const open = vscode.l10n.t('Open {0}', hostOf(page));
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'This account of {0} has no BAP identity yet. Create one there, then sign in again to use it here.',
      serviceLabel,
    ),
    open,
  );
  if (answer === open) await openAddress(page);
}
