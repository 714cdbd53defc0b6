import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import { type LossPlace, lossPlace, lostMessage } from '../../../src/accounts/lostWords.ts';

const { Desktop, Web } = vscode.UIKind;
type Env = Pick<typeof vscode.env, 'uiKind' | 'remoteName'> & { readonly isAppPortable?: boolean };

describe('the message on lost sessions', () => {
  const rows: [env: Env, place: LossPlace, words: RegExp, runsInNode?: boolean][] = [
    [{ uiKind: Web, remoteName: undefined }, 'browser', /this browser no longer has your session/, false],
    [{ uiKind: Web, remoteName: undefined }, 'browserWithServer', /the server couldn’t keep your session/],
    [{ uiKind: Web, remoteName: 'codespaces' }, 'browserWithServer', /the server couldn’t keep your session/],
    [{ uiKind: Desktop, remoteName: undefined }, 'desktop', /has no keyring/],
    [{ uiKind: Desktop, remoteName: 'dev-container', isAppPortable: false }, 'desktop', /has no keyring/],
    [{ uiKind: Desktop, remoteName: undefined, isAppPortable: true }, 'portable', /portable mode/],
  ];
  for (const [env, place, words, runsInNode] of rows)
    it(`names what can lose secrets: ${place}, remote ${env.remoteName ?? 'none'}`, () => {
      assert.equal(lossPlace(env, runsInNode), place);
      assert.match(lostMessage('Adom', place), /^You have been signed out of Adom: /);
      assert.match(lostMessage('Adom', place), words);
    });

  it('can be made from what this VS Code says of itself', () => {
    assert.match(lostMessage('Adom', lossPlace(vscode.env)), /^You have been signed out of Adom: /);
  });
});
