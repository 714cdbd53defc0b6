import * as vscode from 'vscode';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { Sessions } from '../../sessions/openSessions.ts';
import { type TerminalMode, terminalVariables, variableNames } from './variables.ts';

/** Timers stand still while a laptop sleeps, but the end of a token does not. So no timer is longer than this. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Gives new terminals the identity of the person, as far as the setting says, and takes it away with the sign-out.
 * VS Code must not keep the variables for the next window: they could be wrong by then.
 */
export function registerTerminalEnvironment(
  collection: vscode.GlobalEnvironmentVariableCollection,
  sessions: Pick<Sessions, 'load' | 'current' | 'onDidChange'>,
  mode: () => TerminalMode,
  { clock, log }: Pick<Runtime, 'clock' | 'log'>,
): vscode.Disposable {
  collection.persistent = false;
  collection.clear();
  let wait = new AbortController();

  const update = (): void => {
    wait.abort();
    const { values, untilMs = Infinity } = terminalVariables(mode(), sessions.current());
    collection.description = describe(values);
    for (const name of variableNames) {
      const value = values[name];
      if (value !== undefined) collection.replace(name, value);
      else if (collection.get(name) !== undefined) collection.delete(name);
    }
    if (untilMs === Infinity) return;
    wait = new AbortController();
    const ms = Math.min(untilMs - clock.now(), LONGEST_WAIT_MS);
    clock.sleep(ms, wait.signal).then(update, () => undefined);
  };
  const begin = async (): Promise<void> => {
    if (mode() !== 'off') {
      try {
        await sessions.load();
      } catch (error) {
        log.warn(`No identity for new terminals: ${describeError(error)}.`);
      }
    }
    update();
  };

  void begin();
  return vscode.Disposable.from(
    sessions.onDidChange(update),
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
