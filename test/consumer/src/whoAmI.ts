import * as vscode from 'vscode';

import type { BapIdentityApi, Identity } from './bap-identity';

/** Returns who the user is. VS Code asks for their consent, and they sign in if needed. */
export async function whoAmI(): Promise<Identity | undefined> {
  const session = await vscode.authentication.getSession('bap-identity', [], {
    createIfNone: true,
  });
  const extension = vscode.extensions.getExtension<BapIdentityApi>(
    'bap-identity.bap-authentication',
  );
  return extension?.exports.getIdentity(session);
}
