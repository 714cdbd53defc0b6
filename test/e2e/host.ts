import path from 'node:path';
import type { Page } from 'playwright-core';
import { startBareServer } from '../vscode/bareServer.ts';
import { startCodeServer, type CodeServer, type CodeServerOptions } from '../vscode/codeServer.ts';
import { installedExtension } from '../vscode/installed.ts';
import { vsixFile } from '../vscode/paths.ts';
import { readExtensionHostLogs } from '../vscode/serverLogs.ts';
import { startSlowLine } from '../vscode/slowLine.ts';
import { readBrowserLogs } from '../vscode/webLogs.ts';
import { startWebWorkbench } from '../vscode/webWorkbench.ts';
import { buildTestExtension } from './testExtension.ts';

/**
 * Where the extension runs: in VS Code's server, or in a web worker of the browser when the variable VSCODE_HOST is
 * `web`. The same tests run in both.
 */
export const isWeb = process.env.VSCODE_HOST === 'web';

/** VS Code with the package and the consumer installed. */
export interface Host {
  /** The address of an empty, trusted window. */
  readonly url: string;
  /** Where the server keeps what it has. There is none without a server. */
  readonly folder: string | undefined;
  /** Everything that extensions have logged. `page` is an open window. */
  logs(page: Page): Promise<string>;
  stop(): Promise<void>;
}

/**
 * The server behind the window: code-server, VS Code's bare server, which keeps secrets in memory only, or a
 * code-server behind a slow line, with an extension that keeps all others waiting. `hostile` is a code-server with an
 * extension that wants what the person did not give it.
 */
export type HostKind = 'codeServer' | 'noKeyring' | 'slow' | 'hostile';

/** What a message needs from one side to the other on a slow line. A round trip takes twice as long. */
const SLOW_LINE_MS = 150;

export async function startHost(settings: Record<string, unknown>, kind: HostKind): Promise<Host> {
  return isWeb ? startWeb(settings) : startServer(settings, kind);
}

async function startServer(settings: Record<string, unknown>, kind: HostKind): Promise<Host> {
  const others = { codeServer: [], noKeyring: [], slow: ['sleeper'], hostile: ['hostile'] } as const;
  const extensionFolders = await Promise.all(['consumer' as const, ...others[kind]].map(buildTestExtension));
  const server = await starts[kind]({ settings, vsix: vsixFile, extensionFolders, fewBuiltIns: true });
  return {
    url: server.url,
    folder: path.dirname(server.dataFolder),
    logs: () => Promise.resolve(readExtensionHostLogs(server)),
    stop: () => server.stop(),
  };
}

const starts: Record<HostKind, (options: CodeServerOptions) => Promise<CodeServer>> = {
  codeServer: startCodeServer,
  noKeyring: startBareServer,
  slow: startSlowServer,
  hostile: startCodeServer,
};

async function startSlowServer(options: CodeServerOptions): Promise<CodeServer> {
  const server = await startCodeServer(options);
  const line = await startSlowLine(server.port, SLOW_LINE_MS);
  const url = new URL(server.url);
  url.port = String(line.port);
  return {
    ...server,
    url: url.href,
    port: line.port,
    stop: async () => {
      line.stop();
      await server.stop();
    },
  };
}

async function startWeb(settings: Record<string, unknown>): Promise<Host> {
  const extensionFolders = [await installedExtension(vsixFile), await buildTestExtension('consumer')];
  const workbench = await startWebWorkbench({ settings, extensionFolders });
  return {
    url: `${workbench.origin}/?ew=true`,
    folder: undefined,
    logs: readBrowserLogs,
    stop: () => workbench.stop(),
  };
}
