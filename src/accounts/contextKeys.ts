import * as vscode from 'vscode';

import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Sessions } from '../sessions/openSessions.ts';

/**
 * Tells VS Code that this extension runs, and whether anybody is signed in. The walkthrough waits for the first, so
 * that VS Code does not open it by itself when the extension is installed. The second completes its step.
 */
export function setContextKeys(
  sessions: Pick<Sessions, 'load' | 'current' | 'onDidChange'>,
  { log }: Pick<Runtime, 'log'>,
): { dispose(): void } {
  const set = (key: string, value: boolean): void => {
    void vscode.commands.executeCommand('setContext', `bapIdentity.${key}`, value);
  };
  const setSignedIn = async (): Promise<void> => {
    try {
      await sessions.load();
      set('signedIn', sessions.current().length > 0);
    } catch (error) {
      log.warn(`Whether somebody is signed in cannot be told: ${describeError(error)}.`);
    }
  };
  set('active', true);
  void setSignedIn();
  return sessions.onDidChange(() => void setSignedIn());
}
