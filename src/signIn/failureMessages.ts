import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { IdentityService, ServiceFailure } from '../services/service.ts';
import { networkMessage, type ServiceNames } from './networkMessages.ts';
import type { SignInFailure } from './signIn.ts';

/** What happened to a sign-in, why, and what to do next, in words for the user. */
export function signInFailureMessage(result: SignInFailure, service: ServiceNames): string {
  switch (result.kind) {
    case 'failed':
      return failureMessage(result.failure, service);
    case 'expired':
      return vscode.l10n.t(
        'The sign-in with {0} timed out before you approved it. Sign in again to start over.',
        service.label,
      );
    case 'unexpected':
      return vscode.l10n.t(
        'The sign-in with {0} failed because of a bug in this extension. Sign in again. If it keeps happening, run “BAP Identity: Diagnose Sign-In”.',
        service.label,
      );
  }
}

function failureMessage(failure: ServiceFailure, service: ServiceNames): string {
  const { label, settingKeys } = service;
  switch (failure.kind) {
    case 'denied':
      return vscode.l10n.t(
        'The sign-in was denied in the browser. If you do want to sign in with {0}, start again and approve it.',
        label,
      );
    case 'codeSpent':
      return vscode.l10n.t(
        '{0} no longer recognizes this sign-in: it has been used or revoked. Sign in again to start a new one.',
        label,
      );
    case 'clientRefused':
      return vscode.l10n.t({
        message:
          '{0} doesn’t accept this client ID ({1}). Ask the operator of the server for a client ID for VS Code, enter it in the setting {2}, then sign in again.',
        args: [label, failure.error, settingKeys.client ?? settingKeys.server],
        comment: '{0}: a service, {1}: an error code, {2}: a setting',
      });
    case 'refused':
      return vscode.l10n.t(
        '{0} refused the sign-in: “{1}”. Sign in again. If it keeps happening, run “BAP Identity: Diagnose Sign-In”.',
        label,
        safeText(failure.message),
      );
    case 'unreachable':
      return networkMessage(failure.problem, service).message;
    case 'notTheService':
      return vscode.l10n.t(
        'The server that responded is not {0}. Correct the setting {1}, then sign in again.',
        label,
        settingKeys.server,
      );
    case 'grantRejected':
      return vscode.l10n.t(
        '{0} granted a session and then rejected it. Sign in again. If it keeps happening, sign out in the browser first.',
        label,
      );
    case 'needsCookie':
      return vscode.l10n.t(
        '{0} granted a session but doesn’t accept it from here. It may require a cookie, which VS Code can’t send from a browser. Sign in with VS Code on your computer or with code-server.',
        label,
      );
    case 'noScopes':
      return noScopesMessage(label);
    case 'badServerSetting':
      return vscode.l10n.t(
        'The setting {0} is not a web address that starts with https://. Correct it, then sign in again.',
        settingKeys.server,
      );
  }
}

/** For an extension that requests scopes of a provider that has none. */
export function noScopesMessage(label: string): string {
  return vscode.l10n.t(
    '{0} has no scopes: an extension must request its session with an empty list of scopes. Tell the authors of the extension that requested it.',
    label,
  );
}

/** For a provider that the editor refuses, or for the whole extension. */
export function notStartedMessage(label: string): string {
  return vscode.l10n.t(
    '{0} couldn’t start in this window: another extension may be in its way, or the editor lacks something that it needs. Reload the window, and report the problem if it keeps happening.',
    label,
  );
}

/** For a sign-out that could not remove the stored session. */
export function notDeletedMessage({ label }: IdentityService): string {
  return vscode.l10n.t(
    'You are signed out of {0} in this window, but the saved session couldn’t be deleted. Unlock your system’s keyring, reload the window, and sign out again.',
    label,
  );
}

/** For an identity that could not be taken back from extensions in storage. */
export function stillSharedMessage(): string {
  return vscode.l10n.t(
    'Extensions in this window no longer get your identity, but the change couldn’t be saved, so other windows may still share it. Unlock your system’s keyring if it is locked: BAP Identity keeps trying.',
  );
}

/** For anyone who needs sessions while the storage cannot be read. */
export function unreadableMessage(): string {
  return vscode.l10n.t(
    'Your sessions can’t be read right now. Unlock your system’s keyring, then try again.',
  );
}

/** For an extension that passes a session that is not ours. */
export function unknownSessionMessage(): string {
  return vscode.l10n.t(
    'This is not, or is no longer, a session of BAP Identity. Request the session from VS Code again.',
  );
}

/** False when the user already knows the cause, so that a diagnosis would tell them nothing new. */
export function isWorthDiagnosis(result: SignInFailure): boolean {
  const kind = result.kind === 'failed' ? result.failure.kind : result.kind;
  return !['denied', 'codeSpent', 'noScopes', 'expired'].includes(kind);
}

/** The key of the setting that may have caused the failure, if any. */
export function settingToCheck(failure: ServiceFailure, service: ServiceNames): string | undefined {
  const { kind } = failure;
  const { settingKeys } = service;
  if (kind === 'unreachable') return networkMessage(failure.problem, service).setting;
  if (kind === 'clientRefused') return settingKeys.client ?? settingKeys.server;
  return kind === 'notTheService' || kind === 'badServerSetting' ? settingKeys.server : undefined;
}
