import * as vscode from 'vscode';

import type { Runtime } from '../../base/runtime.ts';
import type { Http } from '../../http/send.ts';
import type { LiveSession } from '../../sessions/record.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { settings } from '../../settings.ts';
import { contactedUrl, McpDefinitions } from './definitions.ts';
import {
  mcpQuestions,
  pickToTakeBack,
  problemMessage,
  showSettingProblem,
  showStartError,
} from './messages.ts';
import { McpChoices } from './choices.ts';
import { type McpServer, readServers } from './servers.ts';
import { type McpProvider, McpTokens } from './tokens.ts';

/** The MCP servers in the setting. */
export interface Mcp {
  /** Registers the servers with VS Code. Throws in an editor without MCP servers. */
  register(): vscode.Disposable;
  dispose(): void;
  /** The servers that may get the token of one of these sessions. */
  allowedFor(sessions: readonly LiveSession[]): McpServer[];
  /** Fires when that may have changed in this window. */
  readonly onDidChangeAllowed: vscode.Event<void>;
  /**
   * Lets the user take that back. VS Code then stops the servers that run. Rejects with VS Code's error when the global
   * state cannot be written.
   */
  takeBack(sessions: readonly LiveSession[]): Promise<void>;
}

/** `setting` reads the current value of the setting. */
export function createMcp(
  providers: readonly McpProvider[],
  sessions: Sessions,
  memento: vscode.Memento,
  setting: () => unknown,
  http: Http,
  runtime: Runtime,
): Mcp {
  const changes = new vscode.EventEmitter<void>();
  const choices = new McpChoices(memento, () => {
    definitions.update();
    changes.fire();
  });
  const tokens = new McpTokens(providers, choices, mcpQuestions, runtime);
  const ids = providers.map(({ service }) => service.id);
  const settingKeys = [
    settings.mcpServers.key,
    ...providers.map(({ service }) => service.settingKeys.server),
  ];
  let servers: readonly McpServer[] = [];
  const shown = new Set<string>();
  const read = (): void => {
    const serviceUrls = providers
      .flatMap(({ service }) => [service.servers().current, service.servers().defaultServer])
      .filter((url) => url !== undefined);
    const rules = { providers: ids, serviceUrls, spelling: contactedUrl };
    const { servers: good, problems } = readServers(setting(), rules);
    servers = good;
    for (const message of problems.map((problem) => problemMessage(problem, ids))) {
      if (!shown.has(message)) void showSettingProblem(message, runtime.log);
      shown.add(message);
    }
  };
  const labelOf = (id: string): string =>
    providers.find(({ service }) => service.id === id)?.service.label ?? id;
  const definitions = new McpDefinitions(
    {
      http,
      sessions,
      choices,
      tokens,
      labelOf,
      servers: () => servers,
      showError: (error, server) => {
        const askAgain = (): void => {
          tokens.askAgain(server);
        };
        void showStartError(error, server, askAgain, runtime.log);
      },
    },
    runtime,
  );
  const update = (): void => {
    definitions.update();
  };
  const register = (): vscode.Disposable => {
    const registered = vscode.lm.registerMcpServerDefinitionProvider('bapIdentity.mcp', definitions);
    read();
    return vscode.Disposable.from(
      registered,
      sessions.onDidChange(update),
      // The user may have changed a choice in another window.
      vscode.window.onDidChangeWindowState(update),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!settingKeys.some((key) => change.affectsConfiguration(key))) return;
        read();
        definitions.settingChanged();
        changes.fire();
      }),
    );
  };
  const allowedFor = (records: readonly LiveSession[]): McpServer[] =>
    servers.filter((server) => records.some(({ id }) => id === choices.sessionIdFor(server)));
  return {
    register,
    allowedFor,
    onDidChangeAllowed: changes.event,
    takeBack: async (records) => {
      const label = records[0]?.person.accountLabel ?? '';
      await choices.forget(await pickToTakeBack(allowedFor(records), label));
    },
    dispose: () => {
      definitions.dispose();
      changes.dispose();
    },
  };
}
