import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calmSettings, type CodeServer } from './codeServer.ts';
import { bareServerEntry } from './fetchCodeServer.ts';
import { createFolder, startServer } from './serverProcess.ts';

export interface BareServerOptions {
  settings?: Record<string, unknown>;
  /** Seen by the extension host. */
  env?: Record<string, string>;
}

/**
 * VS Code's own server, for suites inside the extension host. Its secrets are in memory only and lost on a reload:
 * what a person without a keyring has.
 */
export async function startBareServer(options: BareServerOptions = {}): Promise<CodeServer> {
  const folder = createFolder();
  const dataFolder = path.join(folder, 'server/data');
  const settingsFile = path.join(dataFolder, 'User/settings.json');
  await mkdir(path.dirname(settingsFile), { recursive: true });
  await writeFile(settingsFile, JSON.stringify({ ...calmSettings, ...options.settings }, undefined, 2));
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
      ...['--server-data-dir', path.join(folder, 'server'), '--telemetry-level', 'off'],
      // Without it the page's address may not name an extension under development.
      '--enable-smoke-test-driver',
    ],
    listening: /Extension host agent listening on (\d+)/,
    ...(options.env && { env: options.env }),
  });
  return { ...server, url: `http://127.0.0.1:${server.port}/?ew=true`, dataFolder, settingsFile };
}
