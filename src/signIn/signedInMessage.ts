import * as vscode from 'vscode';

import type { LiveSession } from '../sessions/sessionRecord.ts';

/** Says that a sign-in is complete, and as whom. */
export async function showSignedIn(
  serviceLabel: string,
  record: LiveSession,
  showIdentity: (record: LiveSession) => void,
): Promise<void> {
  const show = vscode.l10n.t('Show Identity');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('Signed in with {0} as {1}.', serviceLabel, record.person.name),
    show,
  );
  if (answer === show) showIdentity(record);
}
