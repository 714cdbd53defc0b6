import * as vscode from 'vscode';

import type { PendingSignIn } from '../../services/service.ts';
import { besideLinks } from './besideLinks.ts';

/** The links of the notification. */
export type SignInAction = 'copy' | 'openBrowser' | 'showQr' | 'startAgain';

export type SignInState =
  | { phase: 'starting' }
  | { phase: 'pending'; signIn: PendingSignIn; copied: boolean; reached: boolean }
  | { phase: 'expired'; hasCode: boolean }
  | { phase: 'choosing' }
  | { phase: 'finishing' };

/**
 * The text of the sign-in notification. `nowMs` is the time of the wall clock; `link` makes the text of one
 * link.
 */
export function signInMessage(
  state: SignInState,
  nowMs: number,
  link: (action: SignInAction, text: string) => string,
): string {
  switch (state.phase) {
    case 'starting':
      return vscode.l10n.t('Connecting…');
    case 'pending': {
      const { userCode, verificationUri, deadlineMs } = state.signIn;
      const copy = link(
        'copy',
        userCode === undefined ? vscode.l10n.t('Copy link') : vscode.l10n.t('Copy code'),
      );
      return [
        userCode === undefined
          ? vscode.l10n.t('Continue in your browser.')
          : vscode.l10n.t('Your code is {0}.', besideLinks(userCode)),
        state.copied ? `${vscode.l10n.t('Copied!')} ${copy}` : copy,
        '·',
        link('openBrowser', vscode.l10n.t('Open browser')),
        '·',
        link('showQr', vscode.l10n.t('Show QR')),
        '·',
        ...(verificationUri === undefined
          ? []
          : [vscode.l10n.t('On another device, enter it at {0}.', besideLinks(verificationUri))]),
        state.reached ? timeLeft(deadlineMs - nowMs) : vscode.l10n.t('No connection: trying again…'),
      ].join(' ');
    }
    case 'expired': {
      const again = state.hasCode ? vscode.l10n.t('Get a new code') : vscode.l10n.t('Get a new link');
      return `${vscode.l10n.t('The time for this sign-in is over.')} ${link('startAgain', again)}`;
    }
    case 'choosing':
      return vscode.l10n.t('Approved. Choose an identity in the list at the top of this window.');
    case 'finishing':
      return vscode.l10n.t('Approved. Finishing…');
  }
}

/**
 * The time left, in minutes, and in steps of ten seconds in the last minute: a screen reader reads each
 * change aloud. Its spaces do not break, so that it stays on one line.
 */
function timeLeft(ms: number): string {
  const text =
    ms > 60_000
      ? vscode.l10n.t('{0} min left.', Math.ceil(ms / 60_000))
      : vscode.l10n.t('{0} s left.', Math.max(0, Math.ceil(ms / 10_000) * 10));
  return text.replaceAll(' ', '\u00a0');
}
