import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import { type SignInState, timeLeft } from './message.ts';

/** Left of most other items, because it is there for minutes only. */
const PRIORITY = 1_000;

/** Says in the status bar that a sign-in runs, and brings its notification back. */
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

/** What a status bar item says of a sign-in, for the eye and for the ear. */
export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly spoken: string;
}

/** `nowMs` is the time of the wall clock. */
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

/** Where the sign-in is, in a few words that also stand in a list. */
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
