import * as vscode from 'vscode';

import type { SignInError } from './signInError.ts';

/** Tells of a sign-in that failed, with what the person can do about it. */
export async function showFailure(
  { message, setting, isWorthDiagnosis }: SignInError,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const openSetting = vscode.l10n.t('Open Setting');
  const diagnose = vscode.l10n.t('Diagnose');
  const showLog = vscode.l10n.t('Show Log');
  const buttons = [
    ...(setting === undefined ? [] : [openSetting]),
    ...(isWorthDiagnosis ? [diagnose] : []),
    showLog,
  ];
  const answer = await vscode.window.showErrorMessage(message, ...buttons);
  if (answer === diagnose) await vscode.commands.executeCommand('bapIdentity.diagnose');
  if (answer === showLog) log.show();
  if (answer === openSetting) await vscode.commands.executeCommand('workbench.action.openSettings', setting);
}
