import * as vscode from 'vscode';

import { hostOf } from '../http/address.ts';
import type { PendingSignIn } from '../services/service.ts';
import { besideLinks } from './besideLinks.ts';
import type { SignInAction, SignInState } from './signInState.ts';
import { timeLeft } from './timeLeft.ts';
import { warning } from './warning.ts';

/** Makes the text of one link. */
type Link = (action: SignInAction, text: string) => string;

/** The text of the sign-in notification. `nowMs` is the time of the wall clock. */
export function signInMessage(serviceLabel: string, state: SignInState, nowMs: number, link: Link): string {
  switch (state.phase) {
    case 'starting':
      return vscode.l10n.t('Connecting…');
    case 'pending': {
      const { signIn, said, reached } = state;
      return [
        signIn.userCode === undefined
          ? noCode(said)
          : vscode.l10n.t('Your code is {0}.', besideLinks(signIn.userCode)),
        links(signIn, said, link),
        '·',
        warning(serviceLabel, signIn),
        signIn.verificationUri === undefined
          ? ''
          : vscode.l10n.t('On another device, enter it at {0}.', besideLinks(signIn.verificationUri)),
        reached
          ? `${timeLeft(signIn.deadlineMs - nowMs)}.`
          : `${vscode.l10n.t('No connection: trying again…')} ${link('diagnose', vscode.l10n.t('Diagnose'))}`,
      ]
        .filter((part) => part !== '')
        .join(' ');
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

function noCode(said: SignInAction | undefined): string {
  return said === 'copyCode'
    ? vscode.l10n.t('This sign-in needs no code: continue in your browser.')
    : vscode.l10n.t('Continue in your browser.');
}

function links({ userCode, browserUri }: PendingSignIn, said: SignInAction | undefined, link: Link): string {
  const all: [SignInAction, string][] = [
    ['copyLink', vscode.l10n.t('Copy link')],
    ['openPage', vscode.l10n.t('Open {0}', besideLinks(hostOf(browserUri)))],
    ['showQr', vscode.l10n.t('Show QR')],
  ];
  if (userCode !== undefined) all.unshift(['copyCode', vscode.l10n.t('Copy code')]);
  return all
    .map(([action, text]) => (action === said ? `${vscode.l10n.t('Copied!')} ` : '') + link(action, text))
    .join(' · ');
}
