import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { CommandError, runCommand, withProgress } from './command.ts';
import { mendOldest } from './mendOldest.ts';
import { cacheFolder } from './paths.ts';
import { bareServerEntry, nodePackage, release, releaseFolder } from './release.ts';

/**
 * Fetches VS Code's server from the npm registry, unless the cache has it. Throws when it cannot be fetched.
 */
export async function ensureCodeServer(): Promise<void> {
  if (existsSync(bareServerEntry)) return;
  if (process.platform === 'win32') {
    throw new Error(
      'VS Code’s server does not run on Windows itself: run this in WSL, a container or on Linux.',
    );
  }
  await mkdir(cacheFolder, { recursive: true });
  await removeLeftovers();
  // It stays in a temporary folder until it is complete, so that an interrupted fetch leaves no half server.
  const temporary = await mkdtemp(path.join(cacheFolder, `.fetching-${process.pid}-`));
  try {
    await withProgress(
      `Fetching code-server ${release.codeServer} (VS Code ${release.vscode}, once, about 600 MB on disk)`,
      () => fetchInto(temporary),
    );
    await rename(temporary, releaseFolder);
  } catch (error) {
    // Another run was faster: use its folder.
    if (existsSync(bareServerEntry)) return;
    if (!(error instanceof CommandError)) throw error;
    const reason = /npm (?:error|ERR!) .*/.exec(error.output)?.[0] ?? error.message;
    throw new Error(
      `code-server ${release.codeServer} could not be fetched from the npm registry: ${reason}`,
      {
        cause: error,
      },
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function fetchInto(folder: string): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true }));
  // No install scripts: those of code-server would compile native modules that the tests do not need.
  const packages = [`code-server@${release.codeServer}`];
  if (release.node !== undefined) packages.push(`${nodePackage}@${release.node}`);
  await npmInstall(folder, packages);
  const codeServer = path.join(folder, 'node_modules/code-server');
  if (release.name === 'oldest') await mendOldest(codeServer);
  const server = path.join(codeServer, 'lib/vscode');
  await npmInstall(server, ['--omit=dev']);
  await build({
    entryPoints: [path.join(import.meta.dirname, 'spdlog.ts')],
    outfile: path.join(server, 'node_modules/@vscode/spdlog/index.js'),
    allowOverwrite: true,
    platform: 'node',
    format: 'cjs',
  });
}

async function npmInstall(cwd: string, args: string[]): Promise<void> {
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-progress'];
  await runCommand('npm', ['install', ...options, ...args], { cwd, env: environmentForNpm() });
}

/**
 * npm passes its own npm_* variables to a script (its prefix, its --omit, its workspace …), and a child npm
 * would use them. This keeps only those that say how to reach the registry.
 */
function environmentForNpm(): NodeJS.ProcessEnv {
  const reach =
    /^npm_config_(registry|cache|userconfig|globalconfig|https?_proxy|proxy|noproxy|ca|cafile|strict_ssl|@|\/\/)/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => !/^(npm_|INIT_CWD$|NODE_ENV$)/i.test(key) || reach.test(key),
    ),
  );
}

/** Removes the temporary folders of runs that were killed. */
async function removeLeftovers(): Promise<void> {
  for (const entry of await readdir(cacheFolder)) {
    const pid = /^\.fetching-(\d+)-/.exec(entry)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      await rm(path.join(cacheFolder, entry), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
