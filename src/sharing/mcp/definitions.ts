import * as vscode from 'vscode';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { Http } from '../../http/send.ts';
import type { LiveSession } from '../../sessions/record.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { StoreError } from '../../sessions/storedSessions.ts';
import { unreadableMessage } from '../../signIn/failureMessages.ts';
import { McpStartError, notAllowed, notInSetting, redirects, refused } from './messages.ts';
import type { McpChoices, McpServer } from './servers.ts';
import { authorization, preflight, type McpTokens } from './tokens.ts';

type Definition = vscode.McpHttpServerDefinition;

export interface McpParts {
  readonly http: Http;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly choices: Pick<McpChoices, 'sessionFor'>;
  readonly tokens: Pick<McpTokens, 'tokenFor'>;
  /** The servers that the setting has now. */
  readonly servers: () => readonly McpServer[];
  /** The label of a service. */
  readonly labelOf: (provider: string) => string;
  /** Shows why a server was not started. */
  readonly showError: (error: McpStartError, server: McpServer) => void;
}

/** The token that this window has given to a server. */
interface HandedOutToken {
  readonly server: McpServer;
  readonly session: string;
  readonly accessToken: string;
}

/**
 * Defines the MCP servers in the setting for VS Code. A definition holds no token: VS Code asks for it when it starts
 * the server. VS Code stops a server whose definition gets a new version.
 */
export class McpDefinitions implements vscode.McpServerDefinitionProvider<Definition> {
  readonly #parts: McpParts;
  readonly #runtime: Runtime;
  readonly #changes = new vscode.EventEmitter<void>();
  /** By label. */
  readonly #handedOut = new Map<string, HandedOutToken>();
  /**
   * Counts the tokens of each server, by label. VS Code stores the version, so it must reveal nothing about a token.
   */
  readonly #versions = new Map<string, number>();

  readonly onDidChangeMcpServerDefinitions = this.#changes.event;

  constructor(parts: McpParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  provideMcpServerDefinitions(): Definition[] {
    return this.#parts.servers().map((server) => this.#definition(server));
  }

  /**
   * VS Code calls this before each start of a server. Rejects with an McpStartError, whose message VS Code passes to
   * the agent, when the server gets no token.
   */
  async resolveMcpServerDefinition({ label, uri }: Definition): Promise<Definition> {
    const server = this.#parts.servers().find((each) => each.label === label);
    if (server === undefined || uri.toString(true) !== uriOf(server).toString(true))
      throw notInSetting(label);
    this.#handedOut.delete(label); // VS Code resolves only a server that is not running
    try {
      const token = await this.#handOut(server);
      this.#handedOut.set(label, token);
      return this.#definition(server, authorization(token.accessToken));
    } catch (error) {
      this.#runtime.log.warn(`An MCP server was not started: ${describeError(error)}.`);
      if (error instanceof McpStartError) this.#parts.showError(error, server);
      throw error;
    }
  }

  /** Call after a change of sessions or choices. VS Code then stops the servers with a stale token. */
  update(): void {
    const stale = [...this.#handedOut.values()].filter((token) => !this.#isCurrent(token));
    for (const { server } of stale) {
      this.#handedOut.delete(server.label);
      this.#versions.set(server.label, this.#version(server) + 1);
    }
    if (stale.length > 0) this.#changes.fire();
  }

  /** Call after a change of the setting. */
  settingChanged(): void {
    this.update();
    this.#changes.fire();
  }

  dispose(): void {
    this.#changes.dispose();
  }

  async #handOut(server: McpServer): Promise<HandedOutToken> {
    for (;;) {
      const { id, grant } = await this.#session(server);
      const token: HandedOutToken = { server, session: id, accessToken: grant.accessToken };
      await this.#assertAccepted(token);
      if (this.#isCurrent(token)) return token;
      // Retry: the session changed during the preflight.
    }
  }

  async #session(server: McpServer): Promise<LiveSession> {
    try {
      const session = await this.#parts.tokens.tokenFor(server);
      if (session === undefined) throw notAllowed(server);
      return session;
    } catch (error) {
      if (error instanceof StoreError) throw new McpStartError(unreadableMessage(), { cause: error });
      throw error;
    }
  }

  /** Throws an McpStartError when the server redirects, or rejects the token. */
  async #assertAccepted({ server, accessToken }: HandedOutToken): Promise<void> {
    const result = await preflight(this.#parts.http, server.url, accessToken, this.#runtime.closed);
    if (result === 'redirects') throw redirects(server);
    if (result === 'refused') throw refused(server, this.#parts.labelOf(server.provider));
  }

  #isCurrent({ server, session, accessToken }: HandedOutToken): boolean {
    const record = this.#parts.sessions.find(session)?.record;
    return (
      record?.grant.accessToken === accessToken &&
      record.accessTokenRejected !== true &&
      this.#parts.choices.sessionFor(server) === session
    );
  }

  #version({ label }: McpServer): number {
    return this.#versions.get(label) ?? 1;
  }

  #definition(server: McpServer, headers: Record<string, string> = {}): Definition {
    const version = String(this.#version(server));
    return new vscode.McpHttpServerDefinition(server.label, uriOf(server), headers, version);
  }
}

function uriOf({ url }: McpServer): vscode.Uri {
  return vscode.Uri.parse(url, true);
}
