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
  /** The servers of the setting, as they are now. */
  readonly servers: () => readonly McpServer[];
  /** The name of a service. */
  readonly labelOf: (provider: string) => string;
  /** Tells the person why a server was not started. */
  readonly tell: (error: McpStartError, server: McpServer) => void;
}

/** What a server has got from us in this window. */
interface Handed {
  readonly server: McpServer;
  readonly session: string;
  readonly accessToken: string;
}

/**
 * The MCP servers of the setting, as VS Code knows them. A definition holds no token: VS Code asks for it when it
 * starts the server. VS Code stops a server whose definition has a new version.
 */
export class McpDefinitions implements vscode.McpServerDefinitionProvider<Definition> {
  readonly #parts: McpParts;
  readonly #runtime: Runtime;
  readonly #changes = new vscode.EventEmitter<void>();
  /** By label. */
  readonly #handed = new Map<string, Handed>();
  /** How often the token of a server has changed, by label. VS Code keeps a version, so nothing of a token is in it. */
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
   * VS Code calls this before each start. Throws a McpStartError, whose message VS Code tells an agent, when the server
   * gets no token.
   */
  async resolveMcpServerDefinition({ label, uri }: Definition): Promise<Definition> {
    const server = this.#parts.servers().find((each) => each.label === label);
    if (server === undefined || uri.toString(true) !== uriOf(server).toString(true))
      throw notInSetting(label);
    this.#handed.delete(label); // VS Code resolves only a server that does not run
    try {
      const handed = await this.#handOver(server);
      this.#handed.set(label, handed);
      return this.#definition(server, authorization(handed.accessToken));
    } catch (error) {
      this.#runtime.log.warn(`An MCP server was not started: ${describeError(error)}.`);
      if (error instanceof McpStartError) this.#parts.tell(error, server);
      throw error;
    }
  }

  /** Call when sessions or the person's choices have changed. VS Code then stops servers that hold an old token. */
  update(): void {
    const stale = [...this.#handed.values()].filter((handed) => !this.#isRight(handed));
    for (const { server } of stale) {
      this.#handed.delete(server.label);
      this.#versions.set(server.label, this.#version(server) + 1);
    }
    if (stale.length > 0) this.#changes.fire();
  }

  /** Call when the setting has changed. */
  settingChanged(): void {
    this.update();
    this.#changes.fire();
  }

  dispose(): void {
    this.#changes.dispose();
  }

  async #handOver(server: McpServer): Promise<Handed> {
    for (;;) {
      const { id, grant } = await this.#session(server);
      const handed: Handed = { server, session: id, accessToken: grant.accessToken };
      await this.#mayReceive(handed);
      if (this.#isRight(handed)) return handed; // else the person has signed out meanwhile, or the token is renewed
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

  async #mayReceive({ server, accessToken }: Handed): Promise<void> {
    const says = await preflight(this.#parts.http, server.url, accessToken, this.#runtime.closed);
    if (says === 'redirects') throw redirects(server);
    if (says === 'refused') throw refused(server, this.#parts.labelOf(server.provider));
  }

  #isRight({ server, session, accessToken }: Handed): boolean {
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
