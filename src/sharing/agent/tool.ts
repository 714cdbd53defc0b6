import * as vscode from 'vscode';

import type { IdentityService } from '../../services/service.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { StoreError } from '../../sessions/storedSessions.ts';
import { identityAnswer } from './answer.ts';

/** The tool `bap_identity`: tells an agent who the user is, after the user has confirmed. */
export function identityTool(
  services: readonly IdentityService[],
  sessions: Sessions,
): vscode.LanguageModelTool<unknown> {
  return {
    prepareInvocation: () => ({
      invocationMessage: vscode.l10n.t('Looking up who you are'),
      confirmationMessages: {
        title: vscode.l10n.t('Tell the agent who you are?'),
        message: vscode.l10n.t(
          'For each account that is signed in, it learns the service and its server, your name, BAP ID, and public key, and when you signed in. It gets no token, so it can’t act on your behalf.',
        ),
      },
    }),
    invoke: async ({ input }) => {
      await load(sessions);
      const texts = identityAnswer(input, services, sessions.usable());
      return new vscode.LanguageModelToolResult(texts.map((text) => new vscode.LanguageModelTextPart(text)));
    },
  };
}

/** VS Code passes the message of an error to the language model. */
async function load(sessions: Sessions): Promise<void> {
  try {
    await sessions.load();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new Error(
      'It is not known who is signed in, because VS Code’s secret storage cannot be read. Ask the person to unlock the system’s keyring, then use this tool again.',
      { cause: error },
    );
  }
}
