import * as vscode from 'vscode';

import type { Log } from '../base/log.ts';
import { StoreError } from '../sessions/storedSessions.ts';
import { tryRegisterCommands } from '../signIn/editorCommands.ts';
import { unreadableMessage } from '../signIn/failureMessages.ts';
import { SignInError } from '../signIn/signInUi.ts';

/** Registers commands by their IDs. Each runs through `runGuarded`. */
export function registerGuardedCommands(
  commands: Readonly<Record<string, () => Promise<void>>>,
  log: Log,
): vscode.Disposable {
  const guarded = Object.entries(commands).map(([id, run]) => [id, () => runGuarded(run)] as const);
  return tryRegisterCommands(Object.fromEntries(guarded), log);
}

/**
 * Runs a command. Ignores cancellations and SignInErrors, which the user has already seen. Offers a retry when the
 * sessions cannot be read. Rejects with every other error.
 */
export async function runGuarded(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof vscode.CancellationError || error instanceof SignInError) return;
    if (!(error instanceof StoreError)) throw error;
    const tryAgain = vscode.l10n.t('Try Again');
    const diagnose = vscode.l10n.t('Diagnose');
    const answer = await vscode.window.showErrorMessage(unreadableMessage(), tryAgain, diagnose);
    if (answer === tryAgain) await runGuarded(run);
    if (answer === diagnose) await vscode.commands.executeCommand('bapIdentity.diagnose');
  }
}
