import * as vscode from 'vscode';

import type { Log } from '../../base/log.ts';
import type { IdentityService } from '../../services/service.ts';
import type { LiveSession } from '../../sessions/record.ts';
import { settings } from '../../settings.ts';
import { openSetting } from '../../signIn/editorCommands.ts';
import type { TerminalQuestions } from './consent.ts';
import type { TerminalMode } from './variables.ts';

const SETTING = settings.terminalEnvironment.key;

/** The question is a modal dialog, because no command can answer one. `mode` reads the setting. */
export function terminalQuestions(
  services: readonly IdentityService[],
  mode: () => TerminalMode,
  log: Log,
): TerminalQuestions {
  return {
    ask: async ({ serviceId, person: { accountLabel } }) => {
      const service = services.find(({ id }) => id === serviceId);
      if (service === undefined) return undefined;
      const detail = [
        vscode.l10n.t(
          'The setting {0} is “{1}”, so new terminals can get your {2} token as {3}. If you didn’t change the setting yourself, don’t allow this.',
          SETTING,
          mode(),
          service.label,
          service.tokenVariable ?? '',
        ),
        service.tokenRights,
        vscode.l10n.t(
          'Allow this only if you trust every program that you run in a terminal, and every extension, because extensions can open terminals too. To undo this, change the setting or sign out.',
        ),
      ].join('\n\n');
      const question = vscode.l10n.t('Let every program in new terminals act as {0}?', accountLabel);
      // The first button has the focus, and the dialog may appear while the user types.
      const refuse: vscode.MessageItem = { title: vscode.l10n.t('Don’t Allow') };
      const allow: vscode.MessageItem = { title: vscode.l10n.t('Allow') };
      const later: vscode.MessageItem = { title: vscode.l10n.t('Not Now'), isCloseAffordance: true };
      const options = { modal: true, detail };
      const answer = await vscode.window.showWarningMessage(question, options, refuse, allow, later);
      return answer === undefined || answer === later ? undefined : answer === allow;
    },
    offer: async ({ person: { accountLabel } }) => {
      const review = vscode.l10n.t('Review…');
      const message = vscode.l10n.t(
        'New terminals won’t get the token of {0} until you allow it.',
        accountLabel,
      );
      return (await vscode.window.showInformationMessage(message, review)) === review;
    },
    tellRefused: ({ person: { accountLabel } }: LiveSession) => {
      const open = vscode.l10n.t('Open Settings');
      const message = vscode.l10n.t(
        'New terminals won’t get the token of {0}. To be asked again, set {1} to another value and then back to “{2}”.',
        accountLabel,
        SETTING,
        mode(),
      );
      void vscode.window.showInformationMessage(message, open).then(async (choice) => {
        if (choice === open) await openSetting(log, SETTING);
      });
    },
  };
}
