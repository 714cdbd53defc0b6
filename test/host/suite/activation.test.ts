import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('activation', () => {
  it('runs inside a VS Code that the manifest supports', () => {
    const [major = 0, minor = 0] = vscode.version.split('.').map(Number);
    assert.ok(major === 1 && minor >= 106, `VS Code ${vscode.version}`);
  });

  it('finds the extension, and activates it', async () => {
    const extension = vscode.extensions.getExtension('bap-identity.bap-authentication');
    assert.ok(extension, 'the extension is not there');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
