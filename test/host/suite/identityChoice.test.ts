import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import type { FailedIdentity, IdentityOption } from '../../../src/services/service.ts';
import { IdentityPicker } from '../../../src/signIn/identityPicker.ts';
import { showChoseNone } from '../../../src/signIn/outcomeMessages.ts';
import { RecordingLog } from '../../unit/support/recordingLog.ts';

const ANN: IdentityOption = { id: 'ann', name: 'Ann', picture: undefined };
const BEN: IdentityOption = { ...ANN, id: 'ben', name: 'Ben' };
const FIRST = /^Choose the identity to use for this sign-in only$/;
const REFUSED = /^Sigma refused “Ann”\. Choose another identity, or continue without one$/;
const REFUSED_THE_ONLY_ONE = /^Sigma refused “Ann”\. Try again, or continue without an identity$/;
const UNCONFIRMED = /^Sigma didn’t confirm “Ann”\. Choose again, or continue without an identity$/;

describe('the choice of an identity', () => {
  const { createQuickPick, showInformationMessage } = vscode.window;
  afterEach(() => {
    Object.assign(vscode.window, { createQuickPick, showInformationMessage });
  });

  const rows: [reason: FailedIdentity['reason'] | undefined, identities: IdentityOption[], words: RegExp][] =
    [
      [undefined, [ANN, BEN], FIRST],
      ['refused', [ANN, BEN], REFUSED],
      ['refused', [ANN], REFUSED_THE_ONLY_ONE],
      ['unconfirmed', [ANN, BEN], UNCONFIRMED],
      ['unconfirmed', [ANN], UNCONFIRMED],
    ];
  for (const [reason, identities, words] of rows)
    it(`says why it asks: ${reason ?? 'for the first time'}, of ${identities.length}`, () => {
      const lists: vscode.QuickPick<vscode.QuickPickItem>[] = [];
      Object.assign(vscode.window, {
        createQuickPick: () => {
          const list = createQuickPick();
          lists.push(list);
          return list;
        },
      });
      const failed = reason && { identity: ANN, reason };
      const choose = (): never => assert.fail('nothing is chosen');
      const picker = new IdentityPicker('Sigma', { identities, failed, choose }, () => undefined);
      picker.show();
      const [list = assert.fail()] = lists;
      assert.match(list.placeholder ?? '', words);
      const labels = list.items.map(({ label }) => label);
      assert.equal(labels.includes('Continue without a BAP identity'), reason !== undefined);
      assert.equal(labels.at(-1), 'Cancel this sign-in');
      picker.dispose();
    });

  it('that was not made in time is told, and a new sign-in is offered', async () => {
    const shown: unknown[][] = [];
    Object.assign(vscode.window, {
      showInformationMessage: (...message: unknown[]) => {
        shown.push(message);
        return Promise.resolve(undefined);
      },
    });
    await showChoseNone('Sigma', new RecordingLog());
    assert.deepEqual(shown, [
      [
        'You didn’t choose an identity in time, so you are signed in to Sigma without one. To use one, sign in again and choose it.',
        'Sign In',
      ],
    ]);
  });
});
