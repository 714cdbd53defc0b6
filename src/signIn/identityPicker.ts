import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { FailedIdentity, IdentityChoice, IdentityOption } from '../services/service.ts';
import { type AnswerItem, cancelItem, LastingList } from './lastingList.ts';

/** The ID of an identity, undefined for none, or the end of the sign-in. */
export type IdentityAnswer = { readonly id: string | undefined } | 'cancel';

type Item = AnswerItem<IdentityAnswer>;

/** Asks which of their identities the user signs in as, until they answer. */
export class IdentityPicker extends LastingList<IdentityAnswer> {
  constructor(serviceLabel: string, { identities, failed }: IdentityChoice, onHidden: () => void) {
    const title = vscode.l10n.t('Sign in with {0}', serviceLabel);
    const items = [
      ...identities.map(itemOf),
      ...(failed === undefined ? [] : [withoutIdentity()]),
      { label: '', kind: vscode.QuickPickItemKind.Separator },
      cancelItem(vscode.l10n.t('Cancel this sign-in')),
    ];
    super({ title, placeholder: placeholder(serviceLabel, failed, identities.length), items }, onHidden);
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
  const { id } = identity;
  return { label: nameOf(identity), description: safeText(id), iconPath, answer: { id } };
}

function withoutIdentity(): Item {
  return {
    label: vscode.l10n.t('Continue without a BAP identity'),
    iconPath: new vscode.ThemeIcon('circle-slash'),
    answer: { id: undefined },
  };
}

function nameOf({ id, name }: IdentityOption): string {
  const shown = name === id ? '' : safeText(name ?? '');
  return shown === '' ? vscode.l10n.t('Unnamed identity') : shown;
}
