import * as vscode from 'vscode';

import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { setContext } from '../signIn/editorCommands.ts';
import { settings } from '../settings.ts';
import { isOffered, type UsedServices, type WantedServices } from './usedServices.ts';

/**
 * Keeps a "Sign in with …" entry for each service that is offered in the Accounts menu while no account is signed in.
 * VS Code shows an entry for each provider that was asked for a session without flags; there is no other way to get
 * one, and none to take it back in the same window. In Theia, the first service alone gets one.
 */
export function offerInAccountsMenu(
  sessions: Pick<Sessions, 'byService' | 'store' | 'load' | 'usable' | 'onDidChange'>,
  wanted: () => WantedServices,
  usedServices: UsedServices,
  { log }: Pick<Runtime, 'log'>,
): vscode.Disposable {
  // getSession would start a renewal, and an entry is not worth network traffic.
  const waitsForRenewal = (): boolean =>
    sessions.byService.some(({ records }) =>
      records.configured().some(({ grant }) => grant.refreshToken !== undefined),
    );
  const offer = async (): Promise<void> => {
    try {
      await sessions.load();
      const used = usedServices.add(sessions.store.sessions().map(({ serviceId }) => serviceId));
      if (sessions.usable().length > 0 || waitsForRenewal()) return;
      const offered = sessions.byService
        .map(({ service }) => service)
        .filter(({ id }) => isOffered(id, wanted(), used));
      const entries = (await isTheia()) ? offered.slice(0, 1) : offered;
      await Promise.all(
        entries.map(({ id, defaultScopes }) => vscode.authentication.getSession(id, defaultScopes)),
      );
    } catch (error) {
      // The entry is a courtesy. A caller that needs a session gets the error itself.
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
 * Sets the context keys `active` and `signedIn`. The walkthrough waits for `active`, so that VS Code does not open it
 * right after the installation; `signedIn` completes its step.
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
      log.warn(`Could not determine whether anyone is signed in: ${describeError(error)}.`);
    }
  };
  set('active', true);
  void setSignedIn();
  return sessions.onDidChange(() => void setSignedIn());
}

/**
 * In Theia's Accounts menu, all entries of an extension sign in with the service of the first one (seen in 1.74). Theia
 * registers this command at its start. A missing command of VS Code would prove nothing: Theia adds some of them late.
 */
async function isTheia(): Promise<boolean> {
  return (await vscode.commands.getCommands()).includes('core.about');
}
