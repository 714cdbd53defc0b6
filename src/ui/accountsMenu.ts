import * as vscode from 'vscode';

import type { ServiceProvider } from '../provider/serviceProvider.ts';
import type { SignedIn } from './signedIn.ts';

const SETTING = 'bapIdentity.accountsMenu';

/**
 * Keeps a "Sign in with …" entry for each service in the Accounts menu while nobody is signed in with any: whoever has
 * chosen one service is not to be nagged about another. VS Code shows an entry for each provider that was asked for
 * a session without flags, and has no other way to get one.
 */
export function offerInAccountsMenu(
  providers: readonly ServiceProvider[],
  signedIn: SignedIn,
  wanted: () => readonly unknown[],
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  // To ask for a session that waits to be renewed would renew it: no network for an entry that nobody needs.
  const waitsToBeRenewed = (): boolean =>
    providers.some(({ sessions }) => sessions.known().some(({ refreshToken }) => refreshToken !== undefined));
  const offer = async (): Promise<void> => {
    try {
      await signedIn.load();
      if (signedIn.records().length > 0 || waitsToBeRenewed()) return;
      await Promise.all(
        providers
          .map(({ service }) => service)
          .filter(({ id }) => wanted().includes(id))
          .map(({ id, defaultScopes }) => vscode.authentication.getSession(id, defaultScopes)),
      );
    } catch (error) {
      // The entry is a courtesy: whoever really needs a session hears of the error.
      log.warn(`No entry in the Accounts menu: ${error instanceof Error ? error.name : 'unknown error'}.`);
    }
  };
  void offer();
  return vscode.Disposable.from(
    ...providers.map(({ onDidChangeSessions }) => onDidChangeSessions(offer)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SETTING)) void offer();
    }),
  );
}
