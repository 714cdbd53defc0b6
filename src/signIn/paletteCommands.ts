import * as vscode from 'vscode';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { safeText } from '../base/safeText.ts';
import { registerCommands, showNotifications } from './editorCommands.ts';
import type { Screen } from './progress.ts';
import type { SignInAction } from './message.ts';
import { restOf } from './statusBar.ts';

/**
 * Registers a command for each action of a running sign-in: for everybody who does not see the notification, or does
 * not use a mouse. With several sign-ins the person picks one. `running` gives the sign-ins that run now.
 */
export function registerPaletteCommands(
  running: () => readonly Screen[],
  clock: Clock,
  log: Log,
): vscode.Disposable {
  const onScreen = (title: string, run: (screen: Screen) => unknown) => async (): Promise<void> => {
    const screens = running();
    if (screens.length === 0) sayNothingRuns();
    const screen = await pickScreen(screens, title, clock);
    if (screen !== undefined) await run(screen);
  };
  const act = (action: SignInAction) => async (screen: Screen) => {
    await screen.act(action);
    // The notification says what was done, or why it cannot be done.
    if (action.startsWith('copy') || screen.state.phase !== 'pending') showNotifications();
  };
  const { t } = vscode.l10n;
  const commands = {
    'bapIdentity.copySignInCode': onScreen(t('Copy Sign-In Code'), act('copyCode')),
    'bapIdentity.copySignInLink': onScreen(t('Copy Sign-In Link'), act('copyLink')),
    'bapIdentity.openSignInPage': onScreen(t('Open Sign-In Page'), act('openPage')),
    'bapIdentity.showSignInQr': onScreen(t('Show Sign-In QR Code'), act('showQr')),
    'bapIdentity.cancelSignIn': onScreen(t('Cancel Sign-In'), (screen) => {
      screen.cancel();
    }),
  };
  return registerCommands(commands, log);
}

/** The commands are in no list while nothing runs, but a key or another extension can start them. */
function sayNothingRuns(): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t('No sign-in is in progress. Run “BAP Identity: Sign In…” to start one.'),
  );
}

/** The only sign-in, or the one that the person chooses. Undefined when there is none, or they choose none. */
async function pickScreen(
  screens: readonly Screen[],
  title: string,
  clock: Clock,
): Promise<Screen | undefined> {
  const [first, ...others] = screens;
  if (others.length === 0) return first;
  const items = screens.map((screen) => {
    const { state, serviceLabel } = screen;
    const code = state.phase === 'pending' ? state.signIn.userCode : undefined;
    return {
      label: serviceLabel,
      ...(code !== undefined && { description: safeText(code) }),
      detail: restOf(state, clock.now()),
      screen,
    };
  });
  const placeHolder = vscode.l10n.t('Select a sign-in');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.screen;
}
