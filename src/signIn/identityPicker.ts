import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { FailedIdentity, IdentityChoice, IdentityOption } from '../services/service.ts';

/** The ID of an identity, undefined for none, or the end of the sign-in. */
export type IdentityAnswer = { readonly id: string | undefined } | 'cancel';

interface Item extends vscode.QuickPickItem {
  readonly answer?: IdentityAnswer;
}

/** Asks which of their identities the user signs in as, until they answer. */
export class IdentityPicker implements vscode.Disposable {
  readonly answer: Promise<IdentityAnswer>;
  readonly #resolve: (answer: IdentityAnswer) => void;
  readonly #serviceLabel: string;
  readonly #choice: IdentityChoice;
  readonly #onHidden: () => void;
  #picker: vscode.QuickPick<Item> | undefined;

  /**
   * A list shows even while notifications are muted, and it stays open while the user looks at another window. VS Code
   * hides it when any other list opens, and does not tell that from Escape. So hiding is no answer: it calls
   * `onHidden`, and `show` brings the list back.
   */
  constructor(serviceLabel: string, choice: IdentityChoice, onHidden: () => void) {
    this.#serviceLabel = serviceLabel;
    this.#choice = choice;
    this.#onHidden = onHidden;
    const { promise, resolve } = Promise.withResolvers<IdentityAnswer>();
    this.answer = promise;
    this.#resolve = resolve;
  }

  /** Opens a new list each time: VS Code shows one that was hidden without its items (seen in 1.139). */
  show(): void {
    this.dispose();
    const { identities, failed } = this.#choice;
    const picker = vscode.window.createQuickPick<Item>();
    this.#picker = picker;
    picker.title = vscode.l10n.t('Sign in with {0}', this.#serviceLabel);
    picker.placeholder = placeholder(this.#serviceLabel, failed, identities.length);
    picker.ignoreFocusOut = true;
    picker.matchOnDescription = true;
    picker.items = [
      ...identities.map(itemOf),
      ...(failed === undefined ? [] : [withoutIdentity()]),
      { label: '', kind: vscode.QuickPickItemKind.Separator },
      cancelItem(),
    ];
    picker.onDidAccept(() => {
      const answer = picker.selectedItems[0]?.answer;
      if (answer !== undefined) this.#resolve(answer);
    });
    picker.onDidHide(() => {
      if (this.#picker === picker) this.#onHidden();
    });
    picker.show();
  }

  /** Closes the list. That is not hiding. */
  dispose(): void {
    const picker = this.#picker;
    this.#picker = undefined;
    picker?.dispose();
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

/** Shown whatever the user types to filter the list. */
function cancelItem(): Item {
  return {
    label: vscode.l10n.t('Cancel this sign-in'),
    iconPath: new vscode.ThemeIcon('close'),
    alwaysShow: true,
    answer: 'cancel',
  };
}

function nameOf({ id, name }: IdentityOption): string {
  const shown = name === id ? '' : safeText(name ?? '');
  return shown === '' ? vscode.l10n.t('Unnamed identity') : shown;
}
