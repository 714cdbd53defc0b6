import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import { hostOf } from '../http/address.ts';
import type { PendingSignIn } from '../services/service.ts';

/**
 * Asks before a code or a link goes to the clipboard, where every extension can read it. The dialog is modal because no
 * command can answer it. Commands press the items of lists and the buttons of messages, and an extension can read a
 * notification, with the targets of its links, through VS Code's accessible view (all seen in 1.139).
 */
export async function askToCopy(
  what: 'copyCode' | 'copyLink',
  serviceLabel: string,
  { userCode, browserUri }: PendingSignIn,
): Promise<boolean> {
  const host = safeText(hostOf(browserUri));
  const [message, detail, copy] =
    what === 'copyCode'
      ? [
          vscode.l10n.t('Copy the code for your sign-in with {0}?', serviceLabel),
          vscode.l10n.t(
            'Other extensions can read what is on the clipboard. Copy the code {0} only if you asked for this yourself, and enter it only at {1}.',
            safeText(userCode ?? ''),
            host,
          ),
          vscode.l10n.t('Copy Code'),
        ]
      : [
          vscode.l10n.t('Copy the link for your sign-in with {0}?', serviceLabel),
          vscode.l10n.t(
            'Other extensions can read what is on the clipboard. Copy the link to {0} only if you asked for this yourself, and open it only in your own browser.',
            host,
          ),
          vscode.l10n.t('Copy Link'),
        ];
  return (await vscode.window.showInformationMessage(message, { modal: true, detail }, copy)) === copy;
}
