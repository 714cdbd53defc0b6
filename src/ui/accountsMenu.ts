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
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const offer = async (): Promise<void> => {
    try {
      await signedIn.load();
      if (signedIn.records().length > 0) return;
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

function wanted(): unknown[] {
  const ids = vscode.workspace.getConfiguration().get<unknown>(SETTING);
  return Array.isArray(ids) ? ids : [];
}
