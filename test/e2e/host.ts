import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { startBareServer } from '../vscode/bareServer.ts';
import { startCodeServer } from '../vscode/codeServer.ts';
import { vsixFile } from '../vscode/paths.ts';
import { readExtensionHostLogs } from '../vscode/serverLogs.ts';
import { createFolder } from '../vscode/serverProcess.ts';
import { unpack } from '../vscode/unpack.ts';
import { readBrowserLogs } from '../vscode/webLogs.ts';
import { startWebWorkbench } from '../vscode/webWorkbench.ts';
import { buildConsumer } from './consumer.ts';

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

/** With `withoutKeyring` the secrets are in memory only. */
export async function startHost(settings: Record<string, unknown>, withoutKeyring: boolean): Promise<Host> {
  return isWeb ? startWeb(settings) : startServer(settings, withoutKeyring);
}

async function startServer(settings: Record<string, unknown>, withoutKeyring: boolean): Promise<Host> {
  const start = withoutKeyring ? startBareServer : startCodeServer;
  const server = await start({ settings, vsix: [vsixFile], extensionFolders: [await buildConsumer()] });
  return {
    url: server.url,
    folder: path.dirname(server.dataFolder),
    logs: () => Promise.resolve(readExtensionHostLogs(server)),
    stop: () => server.stop(),
  };
}

async function startWeb(settings: Record<string, unknown>): Promise<Host> {
  const folder = createFolder();
  const extensionFolders = [await unpack(vsixFile, folder), await buildConsumer()];
  const workbench = await startWebWorkbench({ settings, extensionFolders });
  return {
    url: `${workbench.origin}/?ew=true`,
    folder: undefined,
    logs: readBrowserLogs,
    stop: async () => {
      await workbench.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
