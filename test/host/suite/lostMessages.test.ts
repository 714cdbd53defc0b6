import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import { lossFinding, type LossPlace, lossPlace, lostMessage } from '../../../src/accounts/lostMessages.ts';

const { Desktop, Web } = vscode.UIKind;
type Env = Pick<typeof vscode.env, 'uiKind' | 'remoteName'> & { readonly isAppPortable?: boolean };

/** What can have happened to a browser with a server. */
const SERVER = [/site data/, /window was private/, /server couldn’t keep your session/];

describe('the words about lost sessions', () => {
  const rows: [env: Env, place: LossPlace, words: RegExp[], runsInNode?: boolean][] = [
    [{ uiKind: Web, remoteName: undefined }, 'browser', [/site data/, /window was private/], false],
    [{ uiKind: Web, remoteName: undefined }, 'browserWithServer', SERVER],
    [{ uiKind: Web, remoteName: 'codespaces' }, 'browserWithServer', SERVER],
    [{ uiKind: Desktop, remoteName: undefined }, 'desktop', [/has no keyring/]],
    [{ uiKind: Desktop, remoteName: 'dev-container', isAppPortable: false }, 'desktop', [/has no keyring/]],
    [{ uiKind: Desktop, remoteName: undefined, isAppPortable: true }, 'portable', [/portable mode/]],
  ];
  for (const [env, place, words, runsInNode] of rows)
    it(`name what can lose secrets: ${place}, remote ${env.remoteName ?? 'none'}`, () => {
      assert.equal(lossPlace(env, runsInNode), place);
      assert.match(lostMessage('Adom', place), /^You have been signed out of Adom: /);
      assert.match(lossFinding(place), /^Sessions were lost at the last start/);
      for (const text of [lostMessage('Adom', place), lossFinding(place)]) {
        for (const each of words) assert.match(text, each);
        assert.equal(text.includes('keyring'), place === 'desktop');
        assert.equal(text.includes('server'), place === 'browserWithServer');
      }
    });

  it('can be chosen from what this VS Code says of itself', () => {
    assert.match(lostMessage('Adom', lossPlace(vscode.env)), /^You have been signed out of Adom: /);
  });
});
