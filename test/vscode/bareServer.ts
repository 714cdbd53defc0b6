import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calmSettings, type CodeServer } from './codeServer.ts';
import { runCommand } from './command.ts';
import { registerExtensionFolders } from './extensionFolders.ts';
import { bareServerEntry } from './fetchCodeServer.ts';
import { cleanEnvironment, createFolder, startServer } from './serverProcess.ts';

export interface BareServerOptions {
  settings?: Record<string, unknown>;
  /** Packages to install as a person would. */
  vsix?: string[];
  /** Unpacked extensions, ready to run, that are installed next to them. */
  extensionFolders?: string[];
  /** Lets the page's address name an extension under development and its suites; hides notifications. */
  smokeTestDriver?: boolean;
  /** Seen by the extension host. */
  env?: Record<string, string>;
}

/**
 * VS Code's own server. Its secrets are in memory only and lost on a reload: what a person without a keyring has.
 */
export async function startBareServer(options: BareServerOptions = {}): Promise<CodeServer> {
  const folder = createFolder();
  const dataFolder = path.join(folder, 'server/data');
  const settingsFile = path.join(dataFolder, 'User/settings.json');
  await mkdir(path.dirname(settingsFile), { recursive: true });
  await writeFile(settingsFile, JSON.stringify({ ...calmSettings, ...options.settings }, undefined, 2));
  const serverFolder = path.join(folder, 'server');
  for (const file of options.vsix ?? []) {
    const args = [bareServerEntry, ...['--server-data-dir', serverFolder], '--accept-server-license-terms'];
    const env = cleanEnvironment(folder);
    await runCommand(process.execPath, [...args, '--install-extension', file], { env });
  }
  await registerExtensionFolders(path.join(serverFolder, 'extensions'), options.extensionFolders ?? []);
  const server = await startServer(folder, {
    args: [
      bareServerEntry,
      ...[
        '--host',
        '127.0.0.1',
        '--port',
        '0',
        '--without-connection-token',
        '--accept-server-license-terms',
      ],
      ...['--server-data-dir', serverFolder, '--telemetry-level', 'off'],
      ...(options.smokeTestDriver === true ? ['--enable-smoke-test-driver'] : []),
    ],
    listening: /Extension host agent listening on (\d+)/,
    ...(options.env && { env: options.env }),
  });
  return { ...server, url: `http://127.0.0.1:${server.port}/?ew=true`, dataFolder, settingsFile };
}
