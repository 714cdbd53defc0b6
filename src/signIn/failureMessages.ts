import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { IdentityService, ServiceFailure } from '../services/service.ts';
import { type NamedService, networkWords } from './networkWords.ts';
import type { SignInFailure } from './signIn.ts';

/** What happened to a sign-in, why, and what to do next, for the person who tried. */
export function signInFailureMessage(result: SignInFailure, service: NamedService): string {
  switch (result.kind) {
    case 'failed':
      return failureMessage(result.failure, service);
    case 'expired':
      return vscode.l10n.t(
        'The time for signing in with {0} ran out before you approved. Sign in again to start anew.',
        service.label,
      );
    case 'notChosen':
      return vscode.l10n.t(
        'You approved the sign-in with {0}, but did not choose an identity in time. Sign in again and choose one.',
        service.label,
      );
    case 'notStored':
      return vscode.l10n.t(
        'You were signed in to {0}, but the session could not be stored. Unlock your system’s keyring, then sign in again.',
        service.label,
      );
    case 'unexpected':
      return vscode.l10n.t(
        'The sign-in with {0} broke off by a mistake of this extension. Sign in again; if it happens again, run “BAP Identity: Diagnose Sign-In”.',
        service.label,
      );
  }
}

function failureMessage(failure: ServiceFailure, service: NamedService): string {
  const { label, settings } = service;
  switch (failure.kind) {
    case 'denied':
      return vscode.l10n.t(
        'The sign-in was denied in the browser. To sign in with {0} after all, start again and approve it.',
        label,
      );
    case 'codeSpent':
      return vscode.l10n.t(
        '{0} no longer knows this sign-in: it was used already or withdrawn. Sign in again to start a new one.',
        label,
      );
    case 'clientRefused':
      return vscode.l10n.t(
        '{0} does not accept this client ID ({1}). Ask who runs the server for a client ID for VS Code, put it into the setting {2}, then sign in again.',
        label,
        failure.error,
        settings.client ?? settings.server,
      );
    case 'refused':
      return vscode.l10n.t(
        '{0} refused the sign-in: “{1}”. Sign in again; if it happens again, run “BAP Identity: Diagnose Sign-In”.',
        label,
        safeText(failure.words),
      );
    case 'unreachable':
      return networkWords(failure.problem, service).message;
    case 'notTheService':
      return vscode.l10n.t(
        'What answered is not {0}. Correct the setting {1}, then sign in again.',
        label,
        settings.server,
      );
    case 'grantRejected':
      return vscode.l10n.t(
        '{0} granted a session and then rejected it. Sign in again; if it happens again, sign out in the browser first.',
        label,
      );
    case 'needsCookie':
      return vscode.l10n.t(
        '{0} granted a session and does not accept it from here. It may want a cookie, and VS Code in a browser cannot send one. Sign in with VS Code on your computer or with code-server.',
        label,
      );
    case 'noScopes':
      return vscode.l10n.t(
        '{0} has no scopes: an extension must ask for its session with an empty list of scopes. Tell the authors of the extension that asked.',
        label,
      );
    case 'badServerSetting':
      return vscode.l10n.t(
        'The setting {0} is not a web address that starts with https://. Correct it, then sign in again.',
        settings.server,
      );
  }
}

/** For a sign-out whose stored session stays. */
export function notDeletedMessage({ label }: IdentityService): string {
  return vscode.l10n.t(
    'You are signed out of {0} in this window, but the stored session could not be deleted. Unlock your system’s keyring, reload the window and sign out again.',
    label,
  );
}

/** For everybody who wants to use sessions while the storage cannot be read. */
export function unreadableMessage(): string {
  return vscode.l10n.t(
    'Your sessions cannot be read at the moment. Unlock your system’s keyring, then try again.',
  );
}

/** For an extension that asks about a session that is not ours. */
export function unknownSessionMessage(): string {
  return vscode.l10n.t(
    'This is not a session of BAP Identity, or no longer. Ask VS Code for the session again.',
  );
}

/** False when the person knows the cause, or has it in their hands: a report on sign-in would tell them nothing. */
export function isWorthDiagnosis(result: SignInFailure): boolean {
  const kind = result.kind === 'failed' ? result.failure.kind : result.kind;
  return !['denied', 'codeSpent', 'noScopes', 'expired', 'notChosen'].includes(kind);
}

/** The setting that may be the cause of a failure, if one may be. */
export function settingToCheck(failure: ServiceFailure, service: IdentityService): string | undefined {
  const { kind } = failure;
  const { settings } = service;
  if (kind === 'unreachable') return networkWords(failure.problem, service).setting;
  if (kind === 'clientRefused') return settings.client ?? settings.server;
  return kind === 'notTheService' || kind === 'badServerSetting' ? settings.server : undefined;
}
