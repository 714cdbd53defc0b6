import * as vscode from 'vscode';

import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { setContext } from '../signIn/editorCommands.ts';
import { settings } from '../settings.ts';

/**
 * Keeps a "Sign in with …" entry for each service in the Accounts menu while no account is signed in: a person who
 * has chosen one service does not want to be asked about another. VS Code shows an entry for each provider that was
 * asked for a session without flags, and has no other way to get one.
 */
export function offerInAccountsMenu(
  sessions: Pick<Sessions, 'byService' | 'load' | 'usable' | 'onDidChange'>,
  wanted: () => readonly unknown[],
  { log }: Pick<Runtime, 'log'>,
): vscode.Disposable {
  // getSession would start a renewal. This entry is not worth network traffic.
  const waitsForRenewal = (): boolean =>
    sessions.byService.some(({ records }) =>
      records.configured().some(({ grant }) => grant.refreshToken !== undefined),
    );
  const offer = async (): Promise<void> => {
    try {
      await sessions.load();
      if (sessions.usable().length > 0 || waitsForRenewal()) return;
      await Promise.all(
        sessions.byService
          .map(({ service }) => service)
          .filter(({ id }) => wanted().includes(id))
          .map(({ id, defaultScopes }) => vscode.authentication.getSession(id, defaultScopes)),
      );
    } catch (error) {
      // The entry is a courtesy. A caller that really needs a session hears of the error.
      log.warn(`No entry in the Accounts menu: ${describeError(error)}.`);
    }
  };
  void offer();
  return vscode.Disposable.from(
    sessions.onDidChange(() => void offer()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(settings.accountsMenu.key)) void offer();
    }),
  );
}

/**
 * Tells VS Code that this extension runs, and whether anybody is signed in. The walkthrough waits for the first, so
 * that VS Code does not open it by itself when the extension is installed. The second completes its step.
 */
export function setContextKeys(
  sessions: Pick<Sessions, 'load' | 'usable' | 'onDidChange'>,
  { log }: Pick<Runtime, 'log'>,
): { dispose(): void } {
  const set = (key: string, value: boolean): void => {
    setContext(log, `bapIdentity.${key}`, value);
  };
  const setSignedIn = async (): Promise<void> => {
    try {
      await sessions.load();
      set('signedIn', sessions.usable().length > 0);
    } catch (error) {
      log.warn(`Whether somebody is signed in cannot be told: ${describeError(error)}.`);
    }
  };
  set('active', true);
  void setSignedIn();
  return sessions.onDidChange(() => void setSignedIn());
}
