import * as vscode from 'vscode';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { settings } from '../../settings.ts';
import type { TerminalSetting, TokenConsent } from './consent.ts';
import { type TerminalMode, terminalVariables, variableNames } from './variables.ts';

/** Timers stand still while a laptop sleeps, but the end of a token does not. So no timer is longer than this. */
const LONGEST_WAIT_MS = 60_000;

export interface TerminalParts {
  readonly sessions: Pick<Sessions, 'load' | 'usable' | 'onDidChange'>;
  readonly mode: () => TerminalMode;
  readonly consent: Pick<TokenConsent, 'answer' | 'followSetting' | 'ask'>;
  /** See `TokenRules`. Never rejects. */
  readonly adomHasToken: () => Promise<boolean>;
  readonly isFocused: () => boolean;
}

/**
 * Gives new terminals the identity of the person, as far as the setting says, and takes it away with the sign-out.
 * VS Code itself marks the open terminals that hold other values. It must not keep the variables for the next window:
 * they could be wrong by then.
 */
export function registerTerminalEnvironment(
  collection: vscode.GlobalEnvironmentVariableCollection,
  { sessions, mode, consent, adomHasToken, isFocused }: TerminalParts,
  { clock, log }: Pick<Runtime, 'clock' | 'log'>,
): vscode.Disposable {
  collection.persistent = false;
  collection.clear();
  let wait = new AbortController();
  let hasToken = false;

  const update = (): void => {
    wait.abort();
    const answer = (id: string): boolean | undefined => consent.answer(id);
    const variables = terminalVariables(mode(), sessions.usable(), { answer, adomHasToken: hasToken });
    const { values, untilMs, ask } = variables;
    collection.description = describe(values);
    for (const name of variableNames) {
      const value = values[name];
      if (value !== undefined) collection.replace(name, value);
      else if (collection.get(name) !== undefined) collection.delete(name);
    }
    // The window that the person looks at asks. The others see the answer when the person comes to them.
    if (ask !== undefined && isFocused()) {
      void consent.ask(ask).then((isAnswered) => {
        if (isAnswered) update();
      });
    }
    if (untilMs === Infinity) return;
    wait = new AbortController();
    const ms = Math.min(untilMs - clock.now(), LONGEST_WAIT_MS);
    clock.sleep(ms, wait.signal).then(update, () => undefined);
  };
  const begin = async (): Promise<void> => {
    await consent.followSetting();
    if (mode() !== 'off') {
      hasToken = await adomHasToken();
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
      if (change.affectsConfiguration(SETTING)) void begin();
    }),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) update();
    }),
    new vscode.Disposable(() => {
      wait.abort();
      collection.clear();
    }),
  );
}

/** Shown where VS Code lists what extensions add to a terminal. */
function describe({
  BAP_ID,
  ADOMPKG_TOKEN,
  CLAWNET_TOKEN,
}: ReturnType<typeof terminalVariables>['values']): string | undefined {
  if (CLAWNET_TOKEN !== undefined) {
    return vscode.l10n.t(
      'Your identity and tokens: every program in this terminal can do everything you can do at Sigma Identity.',
    );
  }
  if (ADOMPKG_TOKEN !== undefined) {
    return vscode.l10n.t('Your identity and your Adom token, which every program in this terminal can use.');
  }
  return BAP_ID === undefined ? undefined : vscode.l10n.t('Your identity: your BAP ID and public key.');
}

const SETTING = settings.terminalEnvironment.key;

/** The setting, and the words of the question that comes with it. `mode` reads it. */
export function terminalSetting(mode: () => TerminalMode): TerminalSetting {
  return {
    mode,
    set: async (value) => {
      const { Global } = vscode.ConfigurationTarget;
      await vscode.workspace.getConfiguration().update(SETTING, value === 'off' ? undefined : value, Global);
    },
    ask: async (accountLabel) => {
      const allow = { title: vscode.l10n.t('Allow') };
      const refuse = { title: vscode.l10n.t('Don’t Allow'), isCloseAffordance: true };
      const detail = vscode.l10n.t(
        'New terminals will get your Sigma Identity token as {0}, for the ClawNet CLI. It grants full access: until you sign out, anyone who has it can do everything you can do there, on your behalf.\n\nAllow this only if you trust every program that you run in a terminal. To undo this, change the setting {1}, or sign out.',
        'CLAWNET_TOKEN',
        SETTING,
      );
      const question = vscode.l10n.t('Let every program in new terminals act as {0}?', accountLabel);
      const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, allow, refuse);
      return answer === allow;
    },
    tellRefused: (accountLabel, back) => {
      const text =
        back === undefined
          ? vscode.l10n.t(
              'New terminals will get no token while {0} is the account you signed in with last. To be asked again, set {1} to another value, and then back to “{2}”.',
              accountLabel,
              SETTING,
              'identityAndTokens',
            )
          : vscode.l10n.t(
              'New terminals won’t get the token of {0}. The setting {1} is back to “{2}”.',
              accountLabel,
              SETTING,
              back,
            );
      const open = vscode.l10n.t('Open Settings');
      void vscode.window.showInformationMessage(text, open).then(async (choice) => {
        if (choice === open)
          await vscode.commands.executeCommand('workbench.action.openSettings', `@id:${SETTING}`);
      });
    },
  };
}
