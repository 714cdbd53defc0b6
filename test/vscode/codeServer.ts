import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.ts';
import { registerExtensionFolders } from './extensionFolders.ts';
import { codeServerEntry } from './fetchCodeServer.ts';
import { cleanEnvironment, createFolder, startServer } from './serverProcess.ts';

export interface CodeServerOptions {
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

export interface CodeServer {
  /** The address of an empty, trusted window. */
  url: string;
  port: number;
  /** Where settings, logs and what the server keeps are. */
  dataFolder: string;
  settingsFile: string;
  stop(): Promise<void>;
}

/** A calm window: nothing on it that a test did not ask for. */
export const calmSettings = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.colorTheme': 'Default Dark Modern',
  'window.autoDetectColorScheme': false,
  'extensions.ignoreRecommendations': true,
  'update.showReleaseNotes': false,
  'workbench.reduceMotion': 'on',
};

/** code-server: VS Code as Adom's users sit in it, with secrets that survive a reload of the window. */
export async function startCodeServer(options: CodeServerOptions = {}): Promise<CodeServer> {
  const folder = createFolder();
  const dataFolder = path.join(folder, 'data');
  const extensionsFolder = path.join(folder, 'extensions');
  const settingsFile = path.join(dataFolder, 'User/settings.json');
  await mkdir(path.dirname(settingsFile), { recursive: true });
  await mkdir(extensionsFolder);
  await writeFile(settingsFile, JSON.stringify({ ...calmSettings, ...options.settings }, undefined, 2));
  // A file of its own: without it code-server writes one into the home folder.
  const configFile = path.join(folder, 'config.yaml');
  await writeFile(configFile, 'auth: none\n');

  const folders = [
    '--config',
    configFile,
    '--user-data-dir',
    dataFolder,
    '--extensions-dir',
    extensionsFolder,
  ];
  for (const file of options.vsix ?? []) {
    const args = [codeServerEntry, ...folders, '--install-extension', file];
    await runCommand(process.execPath, args, { env: cleanEnvironment(folder) });
  }
  await registerExtensionFolders(extensionsFolder, options.extensionFolders ?? []);

  const server = await startServer(folder, {
    args: [
      codeServerEntry,
      ...folders,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0'],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      '--disable-getting-started-override',
      ...(options.smokeTestDriver === true ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    listening: /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/,
    ...(options.env && { env: options.env }),
  });
  return { ...server, url: `http://127.0.0.1:${server.port}/?ew=true`, dataFolder, settingsFile };
}
