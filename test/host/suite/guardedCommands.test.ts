import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import { runGuarded } from '../../../src/accounts/guardedCommands.ts';
import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { SignInError } from '../../../src/signIn/signInUi.ts';

describe('a command that fails', () => {
  const show = vscode.window.showErrorMessage;
  const shown: string[] = [];
  let answers: string[] = [];

  beforeEach(() => {
    shown.length = 0;
    Object.assign(vscode.window, {
      showErrorMessage: (...message: string[]) => {
        shown.push(message.join(' | '));
        return Promise.resolve(answers.shift());
      },
    });
  });
  afterEach(() => {
    Object.assign(vscode.window, { showErrorMessage: show });
  });

  const fail = (error: Error): Promise<void> => runGuarded(() => Promise.reject(error));

  it('reports that the sessions cannot be read, and retries on Try Again', async () => {
    const message =
      'Your sessions can’t be read right now. Unlock your system’s keyring, then try again. | Try Again | Diagnose';
    let runs = 0;
    answers = ['Try Again'];
    await runGuarded(() => {
      runs += 1;
      return Promise.reject(new StoreError('SecretStorage failed'));
    });
    assert.deepEqual([runs, shown], [2, [message, message]]);
  });

  it('shows no message for a cancellation or an error that was already shown', async () => {
    await fail(new vscode.CancellationError());
    await fail(new SignInError('told'));
    assert.deepEqual(shown, []);
  });

  it('passes an unknown error on to VS Code', async () => {
    await assert.rejects(fail(new TypeError('unknown')), TypeError);
  });
});
