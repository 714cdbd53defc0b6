import * as vscode from 'vscode';

import type manifest from '../package.json';
import type { BapIdentityApi } from './api.ts';
import type { Composition } from './composition.ts';
import { apiOf, mcpDefinitionsOf, providerOf, registerCommands, toolOf } from './standIns.ts';

/** This extension, with the manifest of this very build. VS Code's types know no manifest. */
interface ThisExtension extends vscode.Extension<BapIdentityApi> {
  readonly packageJSON: Pick<typeof manifest, 'contributes'>;
}

interface Context extends vscode.ExtensionContext {
  readonly extension: ThisExtension;
}

/** What VS Code calls. */
export interface Extension {
  readonly activate: (context: Context) => BapIdentityApi;
  readonly deactivate: () => Promise<void>;
}

/** Builds everything, once. */
export type Compose = (context: vscode.ExtensionContext) => Composition;

/**
 * The extension on a platform. Each platform has an entry of its own: extension.ts and extension.web.ts. `load` loads
 * the code of all that a person meets.
 */
export function extensionOn(load: () => Promise<Compose>): Extension {
  let composing: Promise<Composition> | undefined;
  return {
    /**
     * Registers stand-ins for all that VS Code can ask for, and has the rest built a moment later. All extensions of a
     * window start on one thread, and a provider has a few seconds to register. Nothing here uses the network.
     */
    activate(context) {
      const { contributes } = context.extension.packageJSON;
      const built = nextTask().then(async () => {
        const compose = await load();
        commands.dispose(); // so that the real ones can have their ids
        const composition = compose(context);
        context.subscriptions.push(...composition.disposables);
        return composition;
      });
      composing = built;
      const commands = registerCommands(
        contributes.commands.map(({ command }) => command),
        built,
      );
      const options = { supportsMultipleAccounts: true };
      context.subscriptions.push(
        commands,
        ...contributes.authentication.map(({ id, label }) =>
          vscode.authentication.registerAuthenticationProvider(id, label, providerOf(id, built), options),
        ),
        ...contributes.languageModelTools.map(({ name }) => vscode.lm.registerTool(name, toolOf(built))),
      );
      // Editors that know no MCP servers lack the function.
      if ('registerMcpServerDefinitionProvider' in vscode.lm)
        for (const { id } of contributes.mcpServerDefinitionProviders)
          context.subscriptions.push(
            vscode.lm.registerMcpServerDefinitionProvider(id, mcpDefinitionsOf(built)),
          );
      return apiOf(built);
    },
    /** VS Code waits up to five seconds for this when a window closes. */
    async deactivate() {
      const composition = await composing;
      await composition?.finish();
    },
  };
}

/** VS Code takes note that the extension is active before it does anything else. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
