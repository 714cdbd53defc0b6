import * as vscode from 'vscode';

import type { IdentityService } from '../../services/service.ts';
import { StoreError } from '../../sessions/sessionStore.ts';
import { identityAnswer } from './answer.ts';
import type { SignedIn } from '../signedIn.ts';

/** Lets an agent in the editor learn who its owner is, after the owner has said yes. */
export function registerIdentityTool(
  services: readonly IdentityService[],
  signedIn: SignedIn,
): vscode.Disposable {
  return vscode.lm.registerTool<unknown>('bap_identity', {
    prepareInvocation: () => ({
      invocationMessage: vscode.l10n.t('Looking up who you are'),
      confirmationMessages: {
        title: vscode.l10n.t('Tell the agent who you are?'),
        message: vscode.l10n.t(
          'It learns the service, your name, your BAP id and your public key for each account that is signed in. It gets no token, so it cannot act in your name.',
        ),
      },
    }),
    invoke: async ({ input }) => {
      await load(signedIn);
      const answer = identityAnswer(input, services, signedIn.records());
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(answer)]);
    },
  });
}

/** VS Code hands an error's message to the language model. */
async function load(signedIn: SignedIn): Promise<void> {
  try {
    await signedIn.load();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new Error(
      'It is not known who is signed in, because VS Code’s secret storage cannot be read. Ask the person to unlock the system’s keyring, then use this tool again.',
      { cause: error },
    );
  }
}
