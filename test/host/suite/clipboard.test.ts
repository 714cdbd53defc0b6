import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import { copyToClipboard } from '../../../src/signIn/clipboard.ts';
import { RecordingLog } from '../../unit/support/recordingLog.ts';

const { Desktop, Web } = vscode.UIKind;

describe('a copy', () => {
  it('reaches the clipboard of this VS Code', async () => {
    await copyToClipboard('copied text', new RecordingLog());
    assert.equal(await vscode.env.clipboard.readText(), 'copied text');
  });

  const refuse = (): Promise<never> => Promise.reject(new TypeError('secret'));
  const accept = (): Promise<void> => Promise.resolve();
  for (const [name, writeText, uiKind, outcome, lines] of [
    ['in the desktop app is certain', accept, Desktop, 'copied', []],
    ['in a browser is not', accept, Web, 'unconfirmed', []],
    [
      'that fails is known',
      refuse,
      Desktop,
      'refused',
      ['warn The editor refused the clipboard: TypeError.'],
    ],
    [
      'that fails in a browser, too',
      refuse,
      Web,
      'refused',
      ['warn The editor refused the clipboard: TypeError.'],
    ],
  ] as const)
    it(name, async () => {
      const log = new RecordingLog();
      const clipboard = { writeText, readText: () => assert.fail('a browser would ask for a permission') };
      assert.equal(await copyToClipboard('text', log, { clipboard, uiKind }), outcome);
      assert.deepEqual(log.lines, lines);
    });
});
