import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, runCommand, withProgress } from './command.ts';
import { cacheFolder } from './paths.ts';

/** What is fetched from the npm registry once, and kept in a folder of the cache. */
export interface Fetched {
  /** A display name, such as `code-server 4.139.1`. */
  name: string;
  /** Such as `about 600 MB on disk`. */
  size: string;
  folder: string;
  /** It is there when everything is. */
  lastFile: string;
  fetchInto: (folder: string) => Promise<void>;
}

/** Throws when it cannot be fetched. */
export async function fetchOnce({ name, size, folder, lastFile, fetchInto }: Fetched): Promise<void> {
  if (existsSync(lastFile)) return;
  await mkdir(cacheFolder, { recursive: true });
  await removeLeftovers();
  // It stays in a temporary folder until it is complete, so that an interrupted fetch leaves no half.
  const temporary = await mkdtemp(path.join(cacheFolder, `.fetching-${process.pid}-`));
  try {
    await withProgress(`Fetching ${name} (once, ${size})`, async () => {
      await writeFile(path.join(temporary, 'package.json'), JSON.stringify({ private: true }));
      await fetchInto(temporary);
    });
    await rename(temporary, folder);
  } catch (error) {
    // Another run was faster: use its folder.
    if (existsSync(lastFile)) return;
    if (!(error instanceof CommandError)) throw error;
    const reason = /npm (?:error|ERR!) .*/.exec(error.output)?.[0] ?? error.message;
    throw new Error(`${name} could not be fetched from the npm registry: ${reason}`, { cause: error });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Installs without install scripts: they would compile native modules that the tests do not need. */
export async function npm(
  command: 'install' | 'ci' | 'rebuild' | 'pack',
  cwd: string,
  args: string[],
): Promise<void> {
  const isInstall = command === 'install' || command === 'ci';
  const options = isInstall ? ['--ignore-scripts', '--no-audit', '--no-fund', '--no-progress'] : [];
  await runCommand('npm', [command, ...options, ...args], { cwd, env: environmentForNpm() });
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
