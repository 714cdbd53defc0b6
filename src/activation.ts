import * as vscode from 'vscode';

import type { BapIdentityApi } from './api.ts';
import { compose, type Composition, type Platform } from './composition.ts';

/** What VS Code calls. */
export interface Extension {
  readonly activate: (context: vscode.ExtensionContext) => BapIdentityApi;
  readonly deactivate: () => Promise<void>;
}

/** The extension on a platform. Each platform has an entry of its own: extension.ts and extension.web.ts. */
export function extensionOn(platform: Platform): Extension {
  let composition: Composition | undefined;
  return {
    /** Registers what composition made. Nothing here uses the network. */
    activate(context) {
      composition = compose(context, platform);
      const options = { supportsMultipleAccounts: true };
      context.subscriptions.push(
        ...composition.providers.map((provider) => {
          const { id, label } = provider.service;
          return vscode.authentication.registerAuthenticationProvider(id, label, provider, options);
        }),
        ...composition.disposables,
      );
      return composition.api;
    },
    /** VS Code waits up to five seconds for this when a window closes. */
    async deactivate() {
      await composition?.finish();
    },
  };
}
