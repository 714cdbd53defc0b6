import * as vscode from 'vscode';

import { describeError, type Log } from '../base/log.ts';
import { safeText } from '../base/safeText.ts';
import { linkCommand } from './editorCommands.ts';
import { type SignInState, timeLeft } from './progressMessage.ts';

/** Left of most other items, because it stays for only a few minutes. */
const PRIORITY = 1_000;

/** Brings the notification of a sign-in back. */
export const SHOW_NOTIFICATION = linkCommand('showNotification');

/** Shows a sign-in in the status bar. A click brings its notification back. Does nothing in an editor without one. */
export class StatusItem implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem | undefined;
  #shown = '';

  constructor(log: Log) {
    try {
      this.#item = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left, PRIORITY);
      this.#item.name = vscode.l10n.t('Sign-In');
      this.#item.command = SHOW_NOTIFICATION;
    } catch (error) {
      log.warn(`Not available in this editor: status bar (${describeError(error)}).`);
    }
  }

  show(status: StatusText): void {
    const { text, tooltip, spoken } = status;
    if (this.#item === undefined || tooltip === this.#shown) return;
    this.#shown = tooltip;
    Object.assign(this.#item, { text, tooltip, accessibilityInformation: { label: spoken } });
    this.#item.show();
  }

  dispose(): void {
    this.#item?.dispose();
  }
}

/** The texts of the status bar item, to be seen and to be spoken. */
export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly spoken: string;
}

/** `nowMs`: wall clock. */
export function statusText(serviceLabel: string, state: SignInState, nowMs: number): StatusText {
  const rest = phaseText(state, nowMs);
  const code = state.phase === 'pending' ? state.signIn.userCode : undefined;
  const title = vscode.l10n.t('Sign in with {0}', serviceLabel);
  const details = [
    ...(code === undefined ? [] : [vscode.l10n.t('Your code is {0}.', safeText(code))]),
    vscode.l10n.t('Select to show the notification.'),
  ];
  return {
    text: `$(sign-in) ${serviceLabel}: ${rest}`,
    tooltip: [`${title}: ${rest}`, ...details].join('\n'),
    spoken: `${title}: ${rest}`,
  };
}

/** The phase of a sign-in in a few words, for the status bar and for lists. */
export function phaseText(state: SignInState, nowMs: number): string {
  switch (state.phase) {
    case 'starting':
      return vscode.l10n.t('connecting');
    case 'pending':
      return timeLeft(state.signIn.deadlineMs - nowMs);
    case 'expired':
      return vscode.l10n.t('timed out');
    case 'choosing':
      return vscode.l10n.t('choose an identity');
    case 'finishing':
      return vscode.l10n.t('approved');
  }
}
