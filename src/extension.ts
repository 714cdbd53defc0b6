import * as vscode from 'vscode';

import type { BapIdentityApi } from './api.ts';
import { compose, type Composition } from './composition.ts';

let composition: Composition | undefined;

/** Registers what composition made. Nothing here uses the network. */
export function activate(context: vscode.ExtensionContext): BapIdentityApi {
  composition = compose(context);
  const options = { supportsMultipleAccounts: true };
  context.subscriptions.push(
    ...composition.providers.map((provider) => {
      const { id, label } = provider.service;
      return vscode.authentication.registerAuthenticationProvider(id, label, provider, options);
    }),
    ...composition.disposables,
  );
  return composition.api;
}

/** VS Code waits up to five seconds for this when a window closes. */
export async function deactivate(): Promise<void> {
  await composition?.finish();
}
