import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { FailedIdentity, IdentityChoice, IdentityOption } from '../services/service.ts';

interface Item extends vscode.QuickPickItem {
  /** Undefined for the item that continues without a BAP identity. */
  readonly id: string | undefined;
}

/**
 * Asks which of their identities the user signs in as. A list shows even while notifications are muted, and it stays
 * open while the user looks at another window. Resolves with `cancelled` when the user closes it. Rejects with
 * `signal.reason`.
 */
export async function pickIdentity(
  serviceLabel: string,
  { identities, failed }: IdentityChoice,
  signal: AbortSignal,
): Promise<{ id: string | undefined } | 'cancelled'> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.title = vscode.l10n.t('Sign in with {0}', serviceLabel);
  picker.placeholder = placeholder(serviceLabel, failed, identities.length);
  picker.ignoreFocusOut = true;
  picker.matchOnDescription = true;
  picker.items = [...identities.map(itemOf), ...(failed === undefined ? [] : [withoutIdentity()])];
  try {
    return await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
      picker.onDidAccept(() => {
        const [item] = picker.selectedItems;
        if (item !== undefined) resolve({ id: item.id });
      });
      picker.onDidHide(() => {
        resolve('cancelled');
      });
      picker.show();
    });
  } finally {
    picker.dispose();
  }
}

function placeholder(serviceLabel: string, failed: FailedIdentity | undefined, count: number): string {
  if (failed === undefined) return vscode.l10n.t('Choose the identity to use for this sign-in only');
  const name = nameOf(failed.identity);
  if (failed.reason === 'unconfirmed')
    return vscode.l10n.t(
      '{0} didn’t confirm “{1}”. Choose again, or continue without an identity',
      serviceLabel,
      name,
    );
  return count === 1
    ? vscode.l10n.t('{0} refused “{1}”. Try again, or continue without an identity', serviceLabel, name)
    : vscode.l10n.t(
        '{0} refused “{1}”. Choose another identity, or continue without one',
        serviceLabel,
        name,
      );
}

function itemOf(identity: IdentityOption): Item {
  const iconPath =
    identity.picture === undefined ? new vscode.ThemeIcon('account') : vscode.Uri.parse(identity.picture);
  return { id: identity.id, label: nameOf(identity), description: safeText(identity.id), iconPath };
}

function withoutIdentity(): Item {
  return {
    id: undefined,
    label: vscode.l10n.t('Continue without a BAP identity'),
    iconPath: new vscode.ThemeIcon('circle-slash'),
  };
}

function nameOf({ id, name }: IdentityOption): string {
  const shown = name === id ? '' : safeText(name ?? '');
  return shown === '' ? vscode.l10n.t('Unnamed identity') : shown;
}
