import * as vscode from 'vscode';

import type { PendingSignIn } from '../services/service.ts';

/**
 * What the person must know before they approve. Somebody who starts a sign-in for themselves and sends the code or
 * the link to others gets what those approve.
 */
export function warning(serviceLabel: string, { userCode }: Pick<PendingSignIn, 'userCode'>): string {
  return userCode === undefined
    ? vscode.l10n.t(
        'Go on only if you started this here: nobody from {0} will ever send you a link.',
        serviceLabel,
      )
    : vscode.l10n.t(
        'Go on only if you started this here: nobody from {0} will ever send you a code.',
        serviceLabel,
      );
}
