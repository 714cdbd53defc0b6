import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onlyNeededBuiltIns } from './builtInExtensions.ts';
import { registerExtensionFolders } from './extensionFolders.ts';
import { installed } from './installed.ts';
import { codeServerEntry, release } from './release.ts';
import { createFolder, startServer } from './serverProcess.ts';

export interface CodeServerOptions {
  settings?: Record<string, unknown>;
  /** A package to install. */
  vsix?: string;
  /** Folders of built extensions to install too. */
  extensionFolders?: string[];
  /** Leaves out the built-in extensions that no test needs: a window then costs a third less CPU time. */
  fewBuiltIns?: boolean;
  /** Allows the page's address to name an extension under development and its suites. Hides notifications. */
  smokeTestDriver?: boolean;
  /** Variables for the extension host. */
  env?: Record<string, string>;
}

export interface CodeServer {
  /** The address of an empty, trusted window. */
  url: string;
  port: number;
  /** The folder of the settings, the logs and the server's data. */
  dataFolder: string;
  settingsFile: string;
  stop(): Promise<void>;
}

/** Settings for a window that shows only what a test asks for. */
export const calmSettings = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.colorTheme': 'Default Dark Modern',
  'window.autoDetectColorScheme': false,
  'extensions.ignoreRecommendations': true,
  'update.showReleaseNotes': false,
  'workbench.reduceMotion': 'on',
};

/** Starts code-server, which Adom's users have too. Its secrets survive a reload of the window. */
export async function startCodeServer(options: CodeServerOptions = {}): Promise<CodeServer> {
  const folder = createFolder();
  const dataFolder = path.join(folder, 'data');
  const extensionsFolder = path.join(folder, 'extensions');
  const settingsFile = path.join(dataFolder, 'User/settings.json');
  await mkdir(path.dirname(settingsFile), { recursive: true });
  await mkdir(extensionsFolder);
  if (options.vsix !== undefined)
    await cp(await installed(options.vsix), extensionsFolder, { recursive: true });
  await writeFile(settingsFile, JSON.stringify({ ...calmSettings, ...options.settings }, undefined, 2));
  // Without this file code-server writes one into the home folder.
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
  await registerExtensionFolders(extensionsFolder, options.extensionFolders ?? []);

  const server = await startServer(folder, {
    args: [
      codeServerEntry,
      ...folders,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0'],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      '--disable-getting-started-override',
      ...(options.smokeTestDriver === true ? release.smokeTestDriver : []),
      ...(options.fewBuiltIns === true ? await onlyNeededBuiltIns(path.join(folder, 'builtIns')) : []),
    ],
    listening: /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/,
    env: { ...release.env, ...options.env },
  });
  return { ...server, url: `http://127.0.0.1:${server.port}/?ew=true`, dataFolder, settingsFile };
}
