import * as vscode from 'vscode';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { Http } from '../../http/send.ts';
import type { LiveSession } from '../../sessions/record.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { StoreError } from '../../sessions/storedSessions.ts';
import { unreadableMessage } from '../../signIn/failureMessages.ts';
import { type HandedOutToken, HandedOutTokens } from './handedOut.ts';
import { McpStartError, notAllowed, notInSetting, redirects, refused } from './messages.ts';
import { authorization, preflight } from './preflight.ts';
import type { McpChoices } from './choices.ts';
import type { McpServer } from './servers.ts';
import { type McpTokens, VERIFICATION_LASTS_MS } from './tokens.ts';

type Definition = vscode.McpHttpServerDefinition;

export interface McpParts {
  readonly http: Http;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly choices: Pick<McpChoices, 'sessionIdFor'>;
  readonly tokens: Pick<McpTokens, 'verifiedSession'>;
  /** The servers that the setting has now. */
  readonly servers: () => readonly McpServer[];
  /** The label of a service. */
  readonly labelOf: (provider: string) => string;
  /** Shows why a server was not started. */
  readonly showError: (error: McpStartError, server: McpServer) => void;
}

/**
 * Defines the MCP servers in the setting for VS Code. A definition holds no token: VS Code asks for it when it starts
 * the server. VS Code stops a server whose definition gets a new version.
 */
export class McpDefinitions implements vscode.McpServerDefinitionProvider<Definition> {
  readonly #parts: McpParts;
  readonly #runtime: Runtime;
  readonly #changes = new vscode.EventEmitter<void>();
  readonly #handedOut: HandedOutTokens;
  /**
   * Counts the stops of each server, by label. VS Code stores the version, so it must reveal nothing about a token.
   */
  readonly #versions = new Map<string, number>();

  readonly onDidChangeMcpServerDefinitions = this.#changes.event;

  constructor(parts: McpParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
    const stop = (servers: readonly McpServer[]): void => {
      for (const server of servers) this.#versions.set(server.label, this.#version(server) + 1);
      this.#changes.fire();
    };
    this.#handedOut = new HandedOutTokens({ ...parts, stop }, runtime);
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
    if (server === undefined || uri.toString(true) !== contactedUrl(server.url)) throw notInSetting(label);
    this.#handedOut.delete(server); // VS Code resolves only a server that is not running
    try {
      const token = await this.#acceptedToken(server);
      this.#handedOut.add(token);
      return this.#definition(server, authorization(token.session.grant.accessToken));
    } catch (error) {
      this.#runtime.log.warn(`An MCP server was not started: ${describeError(error)}.`);
      if (error instanceof McpStartError) this.#parts.showError(error, server);
      throw error;
    }
  }

  /** Call after a change of sessions or choices. VS Code then stops the servers whose token is no longer right. */
  update(): void {
    this.#handedOut.update();
  }

  /** Call after a change of the setting. */
  settingChanged(): void {
    this.update();
    this.#changes.fire();
  }

  dispose(): void {
    this.#changes.dispose();
  }

  /** Throws an McpStartError when there is none, when the server rejects it, and when the server redirects. */
  async #acceptedToken(server: McpServer): Promise<HandedOutToken> {
    const { http, labelOf } = this.#parts;
    for (let maxAgeMs = VERIFICATION_LASTS_MS; ;) {
      const token = { server, session: await this.#session(server, maxAgeMs) };
      const { accessToken } = token.session.grant;
      const result = await preflight(http, server.url, accessToken, this.#runtime.closed);
      if (result === 'redirects') throw redirects(server);
      if (result === 'refused') {
        if (maxAgeMs === 0) throw refused(server, labelOf(server.provider));
        maxAgeMs = 0; // The service may have rejected the token, too, since it was asked.
      } else if (this.#handedOut.isCurrent(token)) return token;
      // Retry: the session changed during the preflight.
    }
  }

  async #session(server: McpServer, maxAgeMs: number): Promise<LiveSession> {
    try {
      const session = await this.#parts.tokens.verifiedSession(server, maxAgeMs);
      if (session === undefined) throw notAllowed(server);
      return session;
    } catch (error) {
      if (error instanceof StoreError) throw new McpStartError(unreadableMessage(), { cause: error });
      throw error;
    }
  }

  #version({ label }: McpServer): number {
    return this.#versions.get(label) ?? 1;
  }

  #definition(server: McpServer, headers: Record<string, string> = {}): Definition {
    const version = String(this.#version(server));
    return new vscode.McpHttpServerDefinition(server.label, uriOf(server), headers, version);
  }
}

function uriOf({ url }: Pick<McpServer, 'url'>): vscode.Uri {
  return vscode.Uri.parse(url, true);
}

/** How VS Code spells an address when it contacts the server. */
export function contactedUrl(url: string): string {
  return uriOf({ url }).toString(true);
}
