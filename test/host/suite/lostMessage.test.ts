import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { lostMessage } from '../../../src/accounts/sessionMessages.ts';

const KEYRING = /^You have been signed out of Adom: .* has no keyring\./;
const PORTABLE =
  /^You have been signed out of Adom: VS Code couldn’t keep your session\. It is running in portable mode,/;

describe('the message on lost sessions', () => {
  it('names portable mode where VS Code says that it runs in it', () => {
    assert.match(lostMessage('Adom', { isAppPortable: true }), PORTABLE);
    assert.doesNotMatch(lostMessage('Adom', { isAppPortable: true }), /keyring/);
  });

  it('names the keyring elsewhere, also in a VS Code that does not know of portable mode', () => {
    assert.match(lostMessage('Adom', { isAppPortable: false }), KEYRING);
    assert.match(lostMessage('Adom', {}), KEYRING);
  });

  it('can be made from what this VS Code says of itself', () => {
    assert.match(lostMessage('Adom', vscode.env), KEYRING);
  });
});
