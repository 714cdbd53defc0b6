import * as vscode from 'vscode';

import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { ServiceProvider } from '../../provider/serviceProvider.ts';
import type { SignedIn } from '../signedIn.ts';
import { type TerminalMode, terminalVariables, variableNames } from './variables.ts';

/** Timers stand still while a laptop sleeps, and a token's end does not wait for them. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Gives new terminals who is signed in, as far as the setting says, and takes it away with the sign-out. VS Code is
 * never to keep the variables for the next window: by then they may no longer be true.
 */
export function keepTerminalEnvironment(
  collection: vscode.GlobalEnvironmentVariableCollection,
  providers: readonly Pick<ServiceProvider, 'onDidChangeSessions'>[],
  signedIn: SignedIn,
  mode: () => TerminalMode,
  clock: Clock,
  log: Log,
): vscode.Disposable {
  collection.persistent = false;
  collection.clear();
  let wait = new AbortController();

  const update = (): void => {
    wait.abort();
    const { values, untilMs } = terminalVariables(mode(), signedIn.records(), clock.now());
    collection.description = describe(values);
    for (const name of variableNames) {
      const value = values[name];
      if (value !== undefined) collection.replace(name, value);
      else if (collection.get(name) !== undefined) collection.delete(name);
    }
    if (untilMs === undefined) return;
    wait = new AbortController();
    const ms = Math.min(untilMs - clock.now(), LONGEST_WAIT_MS);
    clock.sleep(ms, wait.signal).then(update, () => undefined);
  };
  const begin = async (): Promise<void> => {
    if (mode() !== 'off') {
      try {
        await signedIn.load();
      } catch (error) {
        log.warn(`Nothing for new terminals: ${error instanceof Error ? error.name : 'unknown error'}.`);
      }
    }
    update();
  };

  void begin();
  return vscode.Disposable.from(
    ...providers.map(({ onDidChangeSessions }) => onDidChangeSessions(update)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('bapIdentity.terminal')) void begin();
    }),
    new vscode.Disposable(() => {
      wait.abort();
      collection.clear();
    }),
  );
}

/** Shown where VS Code lists what extensions add to a terminal. */
function describe(values: ReturnType<typeof terminalVariables>['values']): string | undefined {
  if (values.ADOMPKG_TOKEN !== undefined) {
    return vscode.l10n.t('Who you are, and your Adom token: every program in the terminal can use it.');
  }
  return values.BAP_ID === undefined ? undefined : vscode.l10n.t('Who you are: your BAP id and public key.');
}
