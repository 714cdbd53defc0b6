import * as vscode from 'vscode';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { safeText } from '../base/safeText.ts';
import { showNotifications, tryRegisterCommands } from './editorCommands.ts';
import type { ProgressNotification } from './progress.ts';
import type { SignInAction } from './progressMessage.ts';
import { phaseText } from './statusBar.ts';

/**
 * Registers a command for each action of a sign-in in progress, for users who cannot see the notification or do not use
 * a mouse. Other extensions can run these commands and pick from the list, so copying asks first. With several
 * sign-ins, the user picks one. `running` returns the sign-ins in progress.
 */
export function registerPaletteCommands(
  running: () => readonly ProgressNotification[],
  clock: Clock,
  log: Log,
): vscode.Disposable {
  const onRunning =
    (title: string, run: (signIn: ProgressNotification) => unknown) => async (): Promise<void> => {
      const signIns = running();
      if (signIns.length === 0) sayNothingRuns();
      const signIn = await pickSignIn(signIns, title, clock);
      if (signIn !== undefined) await run(signIn);
    };
  const act = (action: SignInAction) => async (signIn: ProgressNotification) => {
    if (!(await signIn.act(action, 'command'))) return;
    // The notification confirms the action, or says why it is not possible.
    if (action.startsWith('copy') || signIn.state.phase !== 'pending') showNotifications(log);
  };
  const commands = {
    'bapIdentity.copySignInCode': onRunning(vscode.l10n.t('Copy Sign-In Code'), act('copyCode')),
    'bapIdentity.copySignInLink': onRunning(vscode.l10n.t('Copy Sign-In Link'), act('copyLink')),
    'bapIdentity.openSignInPage': onRunning(vscode.l10n.t('Open Sign-In Page'), act('openPage')),
    'bapIdentity.showSignInQr': onRunning(vscode.l10n.t('Show Sign-In QR Code'), act('showQr')),
    'bapIdentity.cancelSignIn': onRunning(vscode.l10n.t('Cancel Sign-In'), (signIn) => {
      signIn.cancel();
    }),
  };
  return tryRegisterCommands(commands, log);
}

/** The palette hides these commands when nothing runs, but a key binding or another extension can run them. */
function sayNothingRuns(): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t('No sign-in is in progress. Run “BAP Identity: Sign In…” to start one.'),
  );
}

/** Returns the only sign-in, or lets the user pick one. Returns undefined when there is none, or they pick none. */
async function pickSignIn(
  signIns: readonly ProgressNotification[],
  title: string,
  clock: Clock,
): Promise<ProgressNotification | undefined> {
  const [first, ...others] = signIns;
  if (others.length === 0) return first;
  const items = signIns.map((signIn) => {
    const { state, serviceLabel } = signIn;
    const code = state.phase === 'pending' ? state.signIn.userCode : undefined;
    return {
      label: serviceLabel,
      ...(code !== undefined && { description: safeText(code) }),
      detail: phaseText(state, clock.now()),
      signIn,
    };
  });
  const placeHolder = vscode.l10n.t('Select a sign-in');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.signIn;
}
