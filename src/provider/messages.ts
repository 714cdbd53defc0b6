import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { IdentityService, ServiceFailure } from '../services/service.ts';

/** What happened, why, and what to do next, for the person who tried to sign in. */
export function failureMessage(failure: ServiceFailure, { label, settings }: IdentityService): string {
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
        '{0} does not accept this client ID ({1}). Check the setting {2}, then sign in again.',
        label,
        failure.error,
        settings.client ?? settings.server,
      );
    case 'refused':
      return vscode.l10n.t(
        '{0} refused the sign-in: “{1}”. Sign in again; if it happens again, run “BAP Identity: Show Log”.',
        label,
        safeText(failure.words),
      );
    case 'unreachable':
      return vscode.l10n.t(
        '{0} cannot be reached or is too busy. Check your connection, then sign in again.',
        label,
      );
    case 'notTheService':
      return vscode.l10n.t(
        'What answered is not {0}: a network’s login page, a proxy, or a wrong address. Open any web page to check your connection, check the setting {1}, then sign in again.',
        label,
        settings.server,
      );
    case 'grantRejected':
      return vscode.l10n.t(
        '{0} granted a session and then rejected it. Sign in again; if it happens again, sign out in the browser first.',
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

/** The same for whoever wanted to use their sessions. */
export function unreadableMessage(): string {
  return vscode.l10n.t(
    'Your sessions cannot be read at the moment. Unlock your system’s keyring, then try again.',
  );
}

/** The setting to look at, where the failure is likely to be one of ours. */
export function settingToBlame({ kind }: ServiceFailure, { settings }: IdentityService): string | undefined {
  if (kind === 'clientRefused') return settings.client ?? settings.server;
  return kind === 'notTheService' || kind === 'badServerSetting' ? settings.server : undefined;
}
