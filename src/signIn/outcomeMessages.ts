import * as vscode from 'vscode';

import type { Log } from '../base/log.ts';
import { safeText } from '../base/safeText.ts';
import { hostOf } from '../http/address.ts';
import type { PendingSignIn } from '../services/service.ts';
import type { LiveSession } from '../sessions/record.ts';
import { openAddress, openSetting, runEditorCommand } from './editorCommands.ts';
import type { SignInError } from './signInUi.ts';

/** Shows why a sign-in failed, with buttons for what the user can do about it. */
export async function showFailure(
  { message, setting, isWorthDiagnosis }: SignInError,
  channel: vscode.LogOutputChannel,
  log: Log,
): Promise<void> {
  const open = vscode.l10n.t('Open Setting');
  const diagnose = vscode.l10n.t('Diagnose');
  const showLog = vscode.l10n.t('Show Log');
  const buttons = [
    ...(setting === undefined ? [] : [open]),
    ...(isWorthDiagnosis ? [diagnose] : []),
    showLog,
  ];
  const answer = await vscode.window.showErrorMessage(message, ...buttons);
  if (answer === diagnose) await runEditorCommand(log, 'bapIdentity.diagnose');
  if (answer === showLog) channel.show();
  if (answer === open && setting !== undefined) await openSetting(log, setting);
}

/** Confirms a sign-in. `isAwaited`: false if the extension that asked for it no longer waits. */
export async function showSignedIn(
  serviceLabel: string,
  record: LiveSession,
  isAwaited: boolean,
  showIdentity: (record: LiveSession) => void,
): Promise<void> {
  const { name } = record.person;
  const message = isAwaited
    ? vscode.l10n.t('Signed in to {0} as {1}.', serviceLabel, name)
    : vscode.l10n.t({
        message:
          'Signed in to {0} as {1}. The extension that asked for it is no longer waiting, so try again there. You won’t need a new code.',
        args: [serviceLabel, name],
        comment: '{0}: a service, {1}: a person',
      });
  await offerIdentity(message, record, showIdentity);
}

/** Says that a sign-in has ended here because the user has completed it in another window. */
export async function showSignedInElsewhere(
  serviceLabel: string,
  record: LiveSession,
  showIdentity: (record: LiveSession) => void,
): Promise<void> {
  const message = vscode.l10n.t({
    message: 'You signed in to {0} as {1} in another window, so the sign-in in this window has ended.',
    args: [serviceLabel, record.person.name],
    comment: '{0}: a service, {1}: a person',
  });
  await offerIdentity(message, record, showIdentity);
}

/** Says something about an account, and offers its identity: VS Code shortens a message without a button to one line. */
export async function offerIdentity(
  message: string,
  record: LiveSession,
  showIdentity: (record: LiveSession) => void,
): Promise<void> {
  const show = vscode.l10n.t('Show Identity');
  if ((await vscode.window.showInformationMessage(message, show)) === show) showIdentity(record);
}

/** Says something, and offers to sign in. */
export async function offerSignIn(message: string, log: Log): Promise<void> {
  const signIn = vscode.l10n.t('Sign In');
  if ((await vscode.window.showInformationMessage(message, signIn)) === signIn)
    await runEditorCommand(log, 'bapIdentity.signIn');
}

/** Says that a session has no BAP identity because the user chose none in time. */
export function showChoseNone(serviceLabel: string, log: Log): Promise<void> {
  const message = vscode.l10n.t(
    'You didn’t choose an identity in time, so you are signed in to {0} without one. To use one, sign in again and choose it.',
    serviceLabel,
  );
  return offerSignIn(message, log);
}

/** Says that an account has no BAP identity, and offers the page that creates one. */
export async function showNoIdentity(serviceLabel: string, page: string, log: Log): Promise<void> {
  const open = vscode.l10n.t({ message: 'Open {0}', args: [hostOf(page)], comment: '{0}: a host name' });
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'This {0} account has no BAP identity yet. Create one there, then sign in again to use it here.',
      serviceLabel,
    ),
    open,
  );
  if (answer === open) await openAddress(log, page);
}

/**
 * Asks before a code or a link goes to the clipboard, where every extension can read it. The dialog is modal because no
 * command can answer it. Commands press the items of lists and the buttons of messages, and an extension can read a
 * notification, with the targets of its links, through VS Code's accessible view (all seen in 1.139).
 */
export async function askToCopy(
  what: 'copyCode' | 'copyLink',
  serviceLabel: string,
  { userCode, browserUri }: PendingSignIn,
): Promise<boolean> {
  const host = safeText(hostOf(browserUri));
  const [message, detail, copy] =
    what === 'copyCode'
      ? [
          vscode.l10n.t('Copy the code for your sign-in with {0}?', serviceLabel),
          vscode.l10n.t(
            'Other extensions can read what is on the clipboard. Copy the code {0} only if you asked for this yourself, and enter it only at {1}.',
            safeText(userCode ?? ''),
            host,
          ),
          vscode.l10n.t('Copy Code'),
        ]
      : [
          vscode.l10n.t('Copy the link for your sign-in with {0}?', serviceLabel),
          vscode.l10n.t(
            'Other extensions can read what is on the clipboard. Copy the link to {0} only if you asked for this yourself, and open it only in your own browser.',
            host,
          ),
          vscode.l10n.t('Copy Link'),
        ];
  return (await vscode.window.showInformationMessage(message, { modal: true, detail }, copy)) === copy;
}
