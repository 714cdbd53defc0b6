import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { CommandError, runCommand, withProgress } from './command.ts';
import { cacheFolder } from './paths.ts';

const version = '4.139.1';
/** The VS Code in that release of code-server. */
export const vscodeVersion = '1.139';

const name = `code-server-${version}`;
const codeServerFolder = path.join(cacheFolder, name, 'node_modules/code-server');

export const codeServerEntry = path.join(codeServerFolder, 'out/node/entry.js');
export const bareServerEntry = path.join(codeServerFolder, 'lib/vscode/out/server-main.js');

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
      `Fetching code-server ${version} (VS Code ${vscodeVersion}, once, about 600 MB on disk)`,
      () => fetchInto(temporary),
    );
    await rename(temporary, path.join(cacheFolder, name));
  } catch (error) {
    // Another run was faster: use its folder.
    if (existsSync(bareServerEntry)) return;
    if (!(error instanceof CommandError)) throw error;
    const reason = /npm (?:error|ERR!) .*/.exec(error.output)?.[0] ?? error.message;
    throw new Error(`code-server ${version} could not be fetched from the npm registry: ${reason}`, {
      cause: error,
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function fetchInto(folder: string): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true }));
  // No install scripts: those of code-server would compile native modules that the tests do not need.
  await npmInstall(folder, [`code-server@${version}`]);
  const server = path.join(folder, 'node_modules/code-server/lib/vscode');
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
