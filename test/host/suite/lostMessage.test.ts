import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { lostMessage } from '../../../src/accounts/sessionMessages.ts';

const KEYRING = /^You have been signed out of Adom: .* has no keyring\./;
const PORTABLE =
  /^You have been signed out of Adom: VS Code couldn’t keep your session\. It is running in portable mode,/;

describe('the message about lost sessions', () => {
  it('names portable mode when VS Code reports it', () => {
    assert.match(lostMessage('Adom', { isAppPortable: true }), PORTABLE);
    assert.doesNotMatch(lostMessage('Adom', { isAppPortable: true }), /keyring/);
  });

  it('names the keyring otherwise, also in a VS Code that does not report portable mode', () => {
    assert.match(lostMessage('Adom', { isAppPortable: false }), KEYRING);
    assert.match(lostMessage('Adom', {}), KEYRING);
  });

  it('can be built from what this VS Code reports', () => {
    assert.match(lostMessage('Adom', vscode.env), KEYRING);
  });
});
