import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calmSettings, type CodeServer, type CodeServerOptions } from './codeServer.ts';
import { onlyNeededBuiltIns } from './builtInExtensions.ts';
import { registerExtensionFolders } from './extensionFolders.ts';
import { installed } from './installed.ts';
import { bareServerEntry } from './release.ts';
import { createFolder, startServer } from './serverProcess.ts';

/** Starts VS Code's own server. It keeps secrets in memory only, as on a computer without a keyring. */
export async function startBareServer(options: CodeServerOptions = {}): Promise<CodeServer> {
  const folder = createFolder();
  const dataFolder = path.join(folder, 'server/data');
  const settingsFile = path.join(dataFolder, 'User/settings.json');
  await mkdir(path.dirname(settingsFile), { recursive: true });
  await writeFile(settingsFile, JSON.stringify({ ...calmSettings, ...options.settings }, undefined, 2));
  const serverFolder = path.join(folder, 'server');
  const extensionsFolder = path.join(serverFolder, 'extensions');
  if (options.vsix !== undefined)
    await cp(await installed(options.vsix), extensionsFolder, { recursive: true });
  await registerExtensionFolders(extensionsFolder, options.extensionFolders ?? []);
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
      ...(options.fewBuiltIns === true ? await onlyNeededBuiltIns(path.join(folder, 'builtIns')) : []),
    ],
    listening: /Extension host agent listening on (\d+)/,
    ...(options.env && { env: options.env }),
  });
  return { ...server, url: `http://127.0.0.1:${server.port}/?ew=true`, dataFolder, settingsFile };
}
