import * as vscode from 'vscode';

import { unreadableMessage } from '../provider/messages.ts';
import { SignInError } from '../provider/signInError.ts';
import { StoreError } from '../sessions/sessionStore.ts';

/**
 * Runs a command. What the person has cancelled or been told of is settled; nobody else tells them that their sessions
 * cannot be read. Rejects with whatever else goes wrong.
 */
export async function untilSettled(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof vscode.CancellationError || error instanceof SignInError) return;
    if (!(error instanceof StoreError)) throw error;
    const tryAgain = vscode.l10n.t('Try Again');
    if ((await vscode.window.showErrorMessage(unreadableMessage(), tryAgain)) === tryAgain)
      await untilSettled(run);
  }
}
