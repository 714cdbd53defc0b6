import path from 'node:path';
import type { Page } from 'playwright-core';
import { startBareServer } from '../vscode/bareServer.ts';
import { startCodeServer, type CodeServer, type CodeServerOptions } from '../vscode/codeServer.ts';
import { workbenchWith } from '../vscode/desktopSecrets.ts';
import { installedExtension } from '../vscode/installed.ts';
import { vsixFile } from '../vscode/paths.ts';
import { readExtensionHostLogs } from '../vscode/serverLogs.ts';
import { startSlowLine } from '../vscode/slowLine.ts';
import { readBrowserLogs } from '../vscode/webLogs.ts';
import { startWebWorkbench } from '../vscode/webWorkbench.ts';
import { buildTestExtension } from './testExtension.ts';

/**
 * Whether the extension runs in a web worker instead of VS Code's server. The environment variable VSCODE_HOST selects
 * it: `web`. The same tests run in both.
 */
export const isWeb = process.env.VSCODE_HOST === 'web';

/** VS Code with the package and test/consumer installed. */
export interface Host {
  /** The address of an empty, trusted window. */
  readonly url: string;
  /** The server's data folder. Undefined without a server. */
  readonly folder: string | undefined;
  /** The script that a window runs in place of the server's workbench. */
  readonly workbench?: string;
  /** The logs of all extensions. `page` is an open window. */
  logs(page: Page): Promise<string>;
  stop(): Promise<void>;
}

/**
 * The server behind the window.
 * - `noKeyring`: VS Code's own server, which keeps secrets in memory only.
 * - `slow`: code-server behind a slow connection, with test/sleeper, which delays all other extensions.
 * - `greeter`, `hostile`: code-server with test/greeter or test/hostile.
 * - `desktop`, `desktopWithoutKeyring`: VS Code's own server, and a window with the SecretStorage of desktop VS Code.
 */
export type HostKind =
  'codeServer' | 'noKeyring' | 'slow' | 'greeter' | 'hostile' | 'desktop' | 'desktopWithoutKeyring';

/** The latency of the slow connection, one way. */
const SLOW_LINE_MS = 150;

export async function startHost(settings: Record<string, unknown>, kind: HostKind): Promise<Host> {
  return isWeb ? startWeb(settings, kind) : startServer(settings, kind);
}

interface ServerKind {
  readonly start: (options: CodeServerOptions) => Promise<CodeServer>;
  /** Installed beside the package and test/consumer. */
  readonly extension?: 'sleeper' | 'greeter' | 'hostile';
  /** Resolves with what a window runs in place of the server's workbench. */
  readonly workbench?: () => Promise<string>;
}

const servers: Record<HostKind, ServerKind> = {
  codeServer: { start: startCodeServer },
  noKeyring: { start: startBareServer },
  slow: { start: startSlowServer, extension: 'sleeper' },
  greeter: { start: startCodeServer, extension: 'greeter' },
  hostile: { start: startCodeServer, extension: 'hostile' },
  desktop: { start: startBareServer, workbench: () => workbenchWith('keyring') },
  desktopWithoutKeyring: { start: startBareServer, workbench: () => workbenchWith('noKeyring') },
};

async function startServer(settings: Record<string, unknown>, kind: HostKind): Promise<Host> {
  const { start, extension, workbench } = servers[kind];
  const extensions = ['consumer' as const, ...(extension === undefined ? [] : [extension])];
  const extensionFolders = await Promise.all(extensions.map(buildTestExtension));
  const script = await workbench?.();
  const server = await start({ settings, vsix: vsixFile, extensionFolders, fewBuiltIns: true });
  return {
    url: server.url,
    folder: path.dirname(server.dataFolder),
    ...(script !== undefined && { workbench: script }),
    logs: () => Promise.resolve(readExtensionHostLogs(server)),
    stop: () => server.stop(),
  };
}

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

async function startWeb(settings: Record<string, unknown>, kind: HostKind): Promise<Host> {
  const { extension } = servers[kind];
  const extensions = ['consumer' as const, ...(extension === undefined ? [] : [extension])];
  const built = await Promise.all(extensions.map(buildTestExtension));
  const extensionFolders = [await installedExtension(vsixFile), ...built];
  const workbench = await startWebWorkbench({ settings, extensionFolders });
  return {
    url: `${workbench.origin}/?ew=true`,
    folder: undefined,
    logs: readBrowserLogs,
    stop: () => workbench.stop(),
  };
}
