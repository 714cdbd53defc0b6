import * as vscode from 'vscode';

import type { BapIdentityApi } from './api.ts';
import type { Composition } from './composition.ts';

// VS Code and other extensions can ask for something as soon as the extension is active, which is a moment before
// everything is built. Each stand-in waits for that, and passes the question on. It fails when the building fails.

/** Stands in for the provider of the service with this id. */
export function providerOf(
  id: string,
  built: Promise<Pick<Composition, 'providers'>>,
): vscode.AuthenticationProvider {
  const provider = async (): Promise<vscode.AuthenticationProvider> => {
    const { providers } = await built;
    const found = providers.find(({ service }) => service.id === id);
    if (found === undefined) throw new Error(`The manifest has a provider that nobody built: ${id}.`);
    return found;
  };
  return {
    onDidChangeSessions: eventOf(async () => (await provider()).onDidChangeSessions),
    getSessions: async (...request) => (await provider()).getSessions(...request),
    createSession: async (...request) => (await provider()).createSession(...request),
    removeSession: async (sessionId) => (await provider()).removeSession(sessionId),
  };
}

/** Stands in for the API that other extensions get. */
export function apiOf(built: Promise<Pick<Composition, 'api'>>): BapIdentityApi {
  return Object.freeze({
    apiVersion: 1,
    getIdentity: async (session) => (await built).api.getIdentity(session),
    verifySession: async (session) => (await built).api.verifySession(session),
    onDidChangeIdentity: eventOf(async () => (await built).api.onDidChangeIdentity),
  } satisfies BapIdentityApi);
}

/** Stands in for the tool of agents. */
export function toolOf(built: Promise<Pick<Composition, 'tool'>>): vscode.LanguageModelTool<unknown> {
  return {
    prepareInvocation: async (...request) => (await built).tool.prepareInvocation?.(...request),
    invoke: async (...request) => (await built).tool.invoke(...request),
  };
}

/** Stands in for the MCP servers of the setting. */
export function mcpDefinitionsOf(
  built: Promise<Pick<Composition, 'mcpDefinitions'>>,
): vscode.McpServerDefinitionProvider<vscode.McpHttpServerDefinition> {
  return {
    onDidChangeMcpServerDefinitions: eventOf(
      async () => (await built).mcpDefinitions.onDidChangeMcpServerDefinitions,
    ),
    provideMcpServerDefinitions: async () => (await built).mcpDefinitions.provideMcpServerDefinitions(),
    resolveMcpServerDefinition: async (definition) =>
      (await built).mcpDefinitions.resolveMcpServerDefinition(definition),
  };
}

/**
 * Registers stand-ins for these commands. They must be gone when the real commands are registered, because an id is
 * there once. Who has called one before that gets the answer of the real one.
 */
export function registerCommands(ids: readonly string[], built: Promise<unknown>): vscode.Disposable {
  const register = (id: string): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      await built;
      return vscode.commands.executeCommand(id, ...args);
    });
  return vscode.Disposable.from(...ids.map(register));
}

/** An event of something that is built a moment later. */
function eventOf<T>(event: () => Promise<vscode.Event<T>>): vscode.Event<T> {
  return (listener, thisArg, disposables) => {
    const listening = event().then((real) => real(listener, thisArg));
    const subscription = new vscode.Disposable(() => {
      void listening.then((each) => {
        each.dispose();
      });
    });
    disposables?.push(subscription);
    return subscription;
  };
}
