import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import { hostOf } from '../http/address.ts';
import type { PendingSignIn } from '../services/service.ts';
import { qrPage, qrSvg } from './qrPage.ts';

export const QR_VIEW_TYPE = 'bapIdentity.signInQr';

/**
 * Shows the address of one sign-in as a QR code in an editor tab. The address can be a secret, so only the
 * open tab holds it, and the tab does not come back after a reload of the window.
 */
export class QrPanel {
  readonly #service: string;
  #panel: vscode.WebviewPanel | undefined;

  /** `service`: its label. */
  constructor(service: string) {
    this.#service = service;
  }

  /** Opens the tab, or brings it to the front. */
  show(signIn: PendingSignIn): void {
    if (this.#panel !== undefined) {
      this.#panel.reveal();
      return;
    }
    const title = vscode.l10n.t('Sign in with {0}', this.#service);
    const panel = vscode.window.createWebviewPanel(QR_VIEW_TYPE, title, vscode.ViewColumn.Active, {
      localResourceRoots: [],
    });
    panel.onDidDispose(() => {
      this.#panel = undefined;
    });
    panel.webview.html = pageOf(signIn, title, warning(this.#service, signIn));
    this.#panel = panel;
  }

  /** Closes the tab. `show` can reopen it. */
  close(): void {
    this.#panel?.dispose();
  }
}

function pageOf(
  { browserUri, userCode, verificationUri }: PendingSignIn,
  title: string,
  warning: string,
): string {
  const svg = qrSvg(browserUri, vscode.l10n.t('QR code for the page where you approve this sign-in'));
  return qrPage({
    language: vscode.env.language,
    title,
    svg,
    instruction: instruction(svg !== undefined, userCode !== undefined, safeText(hostOf(browserUri))),
    warning,
    code: userCode === undefined ? undefined : safeText(userCode),
    elsewhere:
      verificationUri === undefined
        ? undefined
        : vscode.l10n.t('On another device, enter it at {0}.', safeText(verificationUri)),
  });
}

function instruction(hasQr: boolean, hasCode: boolean, host: string): string {
  if (!hasQr)
    return vscode.l10n.t(
      'The address of this sign-in is too long for a QR code. Use the links in the notification instead.',
    );
  return hasCode
    ? vscode.l10n.t(
        'Scan the QR code with your phone. It opens {0}, which shows this code or asks for it.',
        host,
      )
    : vscode.l10n.t(
        'Scan the QR code with your phone. It opens {0}, where you can approve the sign-in.',
        host,
      );
}

/**
 * What users must know before they approve. Anyone who starts a sign-in and sends its code or link to others gets
 * whatever those approve.
 */
function warning(serviceLabel: string, { userCode }: Pick<PendingSignIn, 'userCode'>): string {
  return userCode === undefined
    ? vscode.l10n.t(
        'Continue only if you started this here. No one from {0} will ever send you a link.',
        serviceLabel,
      )
    : vscode.l10n.t(
        'Continue only if you started this here. No one from {0} will ever send you a code.',
        serviceLabel,
      );
}
