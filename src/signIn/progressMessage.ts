import * as vscode from 'vscode';

import { besideLinks } from '../base/safeText.ts';
import { hostOf, shortAddress } from '../http/address.ts';
import type { Contact } from '../oauth/judge.ts';
import type { PendingSignIn } from '../services/service.ts';
import { type CopyOutcome, notConfirmed } from './clipboard.ts';

/** What the user can do during a sign-in, besides canceling it. */
export type SignInAction =
  | 'copyCode'
  | 'copyLink'
  | 'openPage'
  | 'showQr'
  | 'startAgain'
  /** Shows the list of identities again. */
  | 'choose'
  | 'diagnose'
  /** Opens what answers in the service's place: the login page of the network, if it is one. */
  | 'openHost';

/** The latest copy. The notification confirms it, or says why there is none. */
export interface Copied {
  readonly action: 'copyCode' | 'copyLink';
  readonly outcome: CopyOutcome | 'noCode';
}

/** The phase of a sign-in, as the user sees it. */
export type SignInState =
  | { phase: 'starting' }
  | { phase: 'pending'; signIn: PendingSignIn; isResumed: boolean; copied?: Copied; contact: Contact }
  | { phase: 'expired'; hasCode: boolean }
  /** `deadlineMs`: when it continues without an answer, by the wall clock. */
  | { phase: 'choosing'; deadlineMs: number }
  | { phase: 'finishing'; contact: Contact };

/** Formats one link. */
type Link = (action: SignInAction, text: string) => string;

/** The text of the notification for a sign-in with the service of this name. `nowMs`: wall clock. */
export function progressMessage(serviceLabel: string, state: SignInState, nowMs: number, link: Link): string {
  switch (state.phase) {
    case 'starting':
      return vscode.l10n.t('Connecting…');
    case 'pending': {
      const { signIn, isResumed, copied, contact } = state;
      const code =
        signIn.userCode === undefined
          ? noCode(copied)
          : vscode.l10n.t('Your code is {0}.', besideLinks(signIn.userCode));
      if (contact.kind === 'somethingElse') return `${code} ${somethingElse(serviceLabel, contact, link)}`;
      return [
        ...(isResumed ? [vscode.l10n.t('This continues the sign-in you started earlier.')] : []),
        code,
        ...(copied === undefined ? [] : doubts(copied)),
        links(signIn, copied, link),
        '·',
        vscode.l10n.t('Continue only if you started this.'),
        [
          ...(signIn.verificationUri === undefined ? [] : [elsewhere(signIn.verificationUri)]),
          contact.kind === 'service'
            ? timeLeft(signIn.deadlineMs - nowMs)
            : `${vscode.l10n.t('No connection. Trying again…')} ${link('diagnose', vscode.l10n.t('Diagnose'))}`,
        ].join(' · '),
      ].join(' ');
    }
    case 'expired': {
      const again = state.hasCode ? vscode.l10n.t('Get a new code') : vscode.l10n.t('Get a new link');
      return `${vscode.l10n.t('This sign-in has timed out.')} ${link('startAgain', again)}`;
    }
    case 'choosing':
      return [
        vscode.l10n.t('Approved. Choose an identity, or you’ll be signed in without one.'),
        link('choose', vscode.l10n.t('Choose an identity…')),
        '·',
        timeLeft(state.deadlineMs - nowMs),
      ].join(' ');
    case 'finishing':
      return state.contact.kind === 'somethingElse'
        ? somethingElse(serviceLabel, state.contact, link)
        : vscode.l10n.t('Approved. Finishing…');
  }
}

/** Says what answers in the service's place, and that it costs nothing. */
function somethingElse(
  serviceLabel: string,
  { origin, status }: Extract<Contact, { kind: 'somethingElse' }>,
  link: Link,
): string {
  const host = besideLinks(hostOf(origin));
  const said =
    status === undefined
      ? vscode.l10n.t('Something other than {0} is responding at {1}.', serviceLabel, host)
      : vscode.l10n.t({
          message: 'Something other than {0} is responding at {1} ({2}).',
          args: [serviceLabel, host, status],
          comment: '{0}: a service, {1}: a host name, {2}: an HTTP status',
        });
  const open = vscode.l10n.t({ message: 'Open {0}', args: [host], comment: '{0}: a host name' });
  return [
    said,
    vscode.l10n.t('Your sign-in is safe. Trying again…'),
    `${link('openHost', open)} · ${link('diagnose', vscode.l10n.t('Diagnose'))}`,
  ].join(' ');
}

function noCode(copied: Copied | undefined): string {
  return copied?.outcome === 'noCode'
    ? vscode.l10n.t('This sign-in doesn’t need a code. Continue in your browser.')
    : vscode.l10n.t('Continue in your browser.');
}

/** Says that the copy may have failed, and how else to get the code. For a link, the other links are beside it. */
function doubts({ action, outcome }: Copied): string[] {
  if (outcome === 'copied' || outcome === 'noCode') return [];
  const byHand = vscode.l10n.t('You can also select the code here.');
  return [notConfirmed(outcome), ...(action === 'copyCode' ? [byHand] : [])];
}

function links({ userCode, browserUri }: PendingSignIn, copied: Copied | undefined, link: Link): string {
  const open = vscode.l10n.t({
    message: 'Open {0}',
    args: [besideLinks(hostOf(browserUri))],
    comment: '{0}: a host name',
  });
  const all: [SignInAction, string][] = [
    ['openPage', open],
    ['copyCode', vscode.l10n.t('Copy code')],
    ['copyLink', vscode.l10n.t('Copy link')],
    ['showQr', vscode.l10n.t('Show QR code')],
  ];
  const confirmed = copied?.outcome === 'copied' ? copied.action : undefined;
  return all
    .filter(([action]) => action !== 'copyCode' || userCode !== undefined)
    .map(
      ([action, text]) => (action === confirmed ? `${vscode.l10n.t('Copied!')} ` : '') + link(action, text),
    )
    .join(' · ');
}

/** Where to enter the code on a device that has no link, such as a phone. */
function elsewhere(address: string): string {
  return vscode.l10n.t({
    message: 'Other device: {0}',
    args: [besideLinks(shortAddress(address))],
    comment: '{0}: a web address',
  });
}

/**
 * The time left, in minutes, and in steps of ten seconds in the last minute, because a screen reader reads each change
 * aloud. Its spaces are non-breaking, so that it stays on one line.
 */
export function timeLeft(ms: number): string {
  const text =
    ms > 60_000
      ? vscode.l10n.t('{0} min left', Math.ceil(ms / 60_000))
      : vscode.l10n.t('{0} s left', Math.max(0, Math.ceil(ms / 10_000) * 10));
  return text.replaceAll(' ', '\u00a0');
}
