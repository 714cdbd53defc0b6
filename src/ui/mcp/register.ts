import * as vscode from 'vscode';

import type { Runtime } from '../../base/runtime.ts';
import type { Http } from '../../protocol/http.ts';
import type { Sessions } from '../../sessions/openSessions.ts';
import { McpChoices } from './choices.ts';
import { McpDefinitions } from './definitions.ts';
import { problemMessage } from './messages.ts';
import { SETTING, tellOfProblem, tellOfStart } from './notices.ts';
import { mcpQuestions } from './questions.ts';
import { type McpServer, readServers } from './servers.ts';
import { type McpProvider, McpTokens } from './tokens.ts';

const PROVIDER = 'bapIdentity.mcp';

/** The MCP servers of the setting, for as long as the extension runs. */
export interface Mcp {
  dispose(): void;
  /** The servers of the setting that may get the token of one of these sessions. */
  allowedFor(sessions: readonly string[]): McpServer[];
  /** Takes that back, and VS Code stops these servers where they run. Rejects with VS Code's error. */
  forgetMcpChoices(servers: readonly McpServer[]): Promise<void>;
}

/**
 * Offers VS Code the MCP servers of the setting. Does nothing where the editor knows no MCP servers. `setting` gives the
 * value of the setting as it is now.
 */
export function registerMcp(
  providers: readonly McpProvider[],
  sessions: Sessions,
  memento: vscode.Memento,
  setting: () => unknown,
  http: Http,
  runtime: Runtime,
): Mcp {
  const choices = new McpChoices(memento);
  const tokens = new McpTokens(providers, choices, mcpQuestions, runtime);
  const ids = providers.map(({ service }) => service.id);
  let servers: readonly McpServer[] = [];
  const told = new Set<string>();
  const read = (): void => {
    const { servers: good, problems } = readServers(setting(), ids);
    servers = good;
    for (const message of problems.map((problem) => problemMessage(problem, ids))) {
      if (!told.has(message)) void tellOfProblem(message);
      told.add(message);
    }
  };
  const labelOf = (id: string): string =>
    providers.find(({ service }) => service.id === id)?.service.label ?? id;
  const definitions = new McpDefinitions(
    {
      ...{ http, sessions, choices, tokens, labelOf },
      servers: () => servers,
      tell: (error, server) => {
        void tellOfStart(error, server, () => { tokens.askAgain(server); }, runtime.log);
      },
    },
    runtime,
  );
  const update = (): void => {
    definitions.update();
  };
  const disposables: { dispose(): void }[] = [definitions];
  if ('registerMcpServerDefinitionProvider' in vscode.lm) {
    read();
    disposables.push(
      vscode.lm.registerMcpServerDefinitionProvider(PROVIDER, definitions),
      sessions.onDidChange(update),
      // Another window may have taken a choice back.
      vscode.window.onDidChangeWindowState(update),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration(SETTING)) return;
        read();
        definitions.settingChanged();
      }),
    );
  }
  return {
    allowedFor: (ids) => servers.filter((server) => ids.includes(choices.sessionFor(server) ?? '')),
    forgetMcpChoices: async (forgotten) => {
      await choices.forget(forgotten);
      update();
    },
    dispose: () => {
      for (const each of disposables) each.dispose();
    },
  };
}
