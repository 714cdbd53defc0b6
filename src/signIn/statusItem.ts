import * as vscode from 'vscode';

import type { StatusText } from './statusText.ts';

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
