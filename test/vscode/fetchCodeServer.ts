import { existsSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { fetchOnce, npm } from './fetchOnce.ts';
import { mendOldest } from './mendOldest.ts';
import { bareServerEntry, nodePackage, release, releaseFolder } from './release.ts';

/**
 * Fetches VS Code's server from the npm registry, unless the cache has it. Throws when it cannot be fetched.
 */
export async function ensureCodeServer(): Promise<void> {
  if (process.platform === 'win32' && !existsSync(bareServerEntry)) {
    throw new Error(
      'VS Code’s server does not run on Windows itself: run this in WSL, a container or on Linux.',
    );
  }
  await fetchOnce({
    name: `code-server ${release.codeServer} (VS Code ${release.vscode})`,
    size: 'about 600 MB on disk',
    folder: releaseFolder,
    lastFile: bareServerEntry,
    fetchInto,
  });
}

async function fetchInto(folder: string): Promise<void> {
  const packages = [`code-server@${release.codeServer}`];
  if (release.node !== undefined) packages.push(`${nodePackage}@${release.node}`);
  await npm('install', folder, packages);
  const codeServer = path.join(folder, 'node_modules/code-server');
  if (release.name === 'oldest') await mendOldest(codeServer);
  const server = path.join(codeServer, 'lib/vscode');
  await npm('install', server, ['--omit=dev']);
  await build({
    entryPoints: [path.join(import.meta.dirname, 'spdlog.ts')],
    outfile: path.join(server, 'node_modules/@vscode/spdlog/index.js'),
    allowOverwrite: true,
    platform: 'node',
    format: 'cjs',
  });
}
