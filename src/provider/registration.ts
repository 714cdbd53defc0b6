import * as vscode from 'vscode';

import { describeError, type Log } from '../base/log.ts';
import { notStartedMessage } from '../signIn/failureMessages.ts';

/**
 * Theia refuses a provider whose id another extension has taken. The others are registered nevertheless. VS Code ignores
 * such a provider and only logs it.
 */
export function registerProvider(
  { id, label }: { readonly id: string; readonly label: string },
  provider: vscode.AuthenticationProvider,
  log: Log,
): vscode.Disposable[] {
  const options = { supportsMultipleAccounts: true };
  try {
    return [vscode.authentication.registerAuthenticationProvider(id, label, provider, options)];
  } catch (error) {
    log.warn(`The provider ${id} could not be registered: ${describeError(error)}.`);
    void tellNotStarted(label);
    return [];
  }
}

/** Offers to reload the window. */
export async function tellNotStarted(label: string): Promise<void> {
  const reload = vscode.l10n.t('Reload Window');
  if ((await vscode.window.showErrorMessage(notStartedMessage(label), reload)) === reload)
    await vscode.commands.executeCommand('workbench.action.reloadWindow');
}
