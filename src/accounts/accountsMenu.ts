import * as vscode from 'vscode';

import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Sessions } from '../sessions/openSessions.ts';

const SETTING = 'bapIdentity.accountsMenu';

/**
 * Keeps a "Sign in with …" entry for each service in the Accounts menu while no account is signed in: a person who
 * has chosen one service does not want to be asked about another. VS Code shows an entry for each provider that was
 * asked for a session without flags, and has no other way to get one.
 */
export function offerInAccountsMenu(
  sessions: Pick<Sessions, 'byService' | 'load' | 'current' | 'onDidChange'>,
  wanted: () => readonly unknown[],
  { log }: Pick<Runtime, 'log'>,
): vscode.Disposable {
  // getSession would start a renewal. This entry is not worth network traffic.
  const waitsForRenewal = (): boolean =>
    sessions.byService.some((each) => each.cached().some(({ grant }) => grant.refreshToken !== undefined));
  const offer = async (): Promise<void> => {
    try {
      await sessions.load();
      if (sessions.current().length > 0 || waitsForRenewal()) return;
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
      if (change.affectsConfiguration(SETTING)) void offer();
    }),
  );
}
