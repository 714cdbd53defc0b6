import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import { type SignInState, timeLeft } from './message.ts';

/** Left of most other items, because it stays for only a few minutes. */
const PRIORITY = 1_000;

/** Shows a sign-in in the status bar. A click brings its notification back. */
export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left, PRIORITY);
  #shown = '';

  constructor() {
    this.#item.name = vscode.l10n.t('Sign-In');
    this.#item.command = 'notifications.showList';
  }

  show(status: StatusText): void {
    const { text, tooltip, spoken } = status;
    if (tooltip === this.#shown) return;
    this.#shown = tooltip;
    Object.assign(this.#item, { text, tooltip, accessibilityInformation: { label: spoken } });
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
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
  const rest = restOf(state, nowMs);
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
export function restOf(state: SignInState, nowMs: number): string {
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
