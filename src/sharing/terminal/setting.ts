import * as vscode from 'vscode';

import type { TerminalSetting } from './consent.ts';
import type { TerminalMode } from './variables.ts';

const SETTING = 'bapIdentity.terminal.environment';

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
        'New terminals get your Sigma Identity token as {0}, for ClawNet’s command line. It is all-powerful: whoever has it can do everything that you can do there, in your name, until you sign out.\n\nAllow this only if you trust every program that you run in a terminal. To take it back, change the setting {1}, or sign out.',
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
              'New terminals get no token while {0} is the account that signed in last. To be asked again, give the setting {1} another value, and then “{2}” again.',
              accountLabel,
              SETTING,
              'identityAndTokens',
            )
          : vscode.l10n.t(
              'New terminals do not get the token of {0}. The setting {1} is “{2}” again.',
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
