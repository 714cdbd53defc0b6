import * as vscode from 'vscode';

import type { ServiceProvider } from '../provider/serviceProvider.ts';

const SETTING = 'bapIdentity.accountsMenu';

/**
 * Keeps a "Sign in with …" entry in the Accounts menu while nobody is signed in. VS Code shows one for each
 * provider that was asked for a session without flags, and has no other way to get one.
 */
export function offerInAccountsMenu(
  providers: readonly ServiceProvider[],
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const offerAll = (): void => {
    for (const provider of providers) void offer(provider, log);
  };
  offerAll();
  return vscode.Disposable.from(
    ...providers.map((provider) => provider.onDidChangeSessions(() => void offer(provider, log))),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SETTING)) offerAll();
    }),
  );
}

async function offer(provider: ServiceProvider, log: vscode.LogOutputChannel): Promise<void> {
  const { id, defaultScopes } = provider.service;
  const offered = vscode.workspace.getConfiguration().get<unknown>(SETTING);
  if (!Array.isArray(offered) || !offered.includes(id)) return;
  try {
    if ((await provider.getSessions(undefined)).length > 0) return;
    await vscode.authentication.getSession(id, defaultScopes);
  } catch (error) {
    // The menu's entry is a courtesy: whoever really needs a session hears of the error.
    log.warn(`No entry in the Accounts menu: ${error instanceof Error ? error.name : 'unknown error'}.`);
  }
}
