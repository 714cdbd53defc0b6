import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.ts';
import { outFolder } from './paths.ts';
import { bareServerEntry, nodeFile, release } from './release.ts';
import { cleanEnvironment } from './serverProcess.ts';

const parent = path.join(outFolder, 'installed');

/**
 * Installs a package with VS Code's own installer, unless this very package is installed already. Returns VS Code's
 * folder of extensions, which every server can have a copy of.
 */
export async function installed(vsix: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(vsix))
    .digest('hex')
    .slice(0, 16);
  const folder = path.join(parent, `${release.name}-${digest}`);
  if (existsSync(folder)) return folder;
  await mkdir(parent, { recursive: true });
  await removeEarlier();
  // It gets its name when it is complete: an interrupted run and a run beside this one leave no half folder.
  const temporary = await mkdtemp(path.join(parent, 'temporary-'));
  try {
    const args = [
      '--server-data-dir',
      temporary,
      '--accept-server-license-terms',
      '--install-extension',
      vsix,
    ];
    await runCommand(nodeFile, [bareServerEntry, ...args], { env: cleanEnvironment(temporary) });
    await rename(path.join(temporary, 'extensions'), folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // a run beside this one was faster
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** Returns the folder of the one extension that was installed. */
export async function installedExtension(vsix: string): Promise<string> {
  const folder = await installed(vsix);
  const [extension] = (await readdir(folder, { withFileTypes: true })).filter((each) => each.isDirectory());
  if (extension === undefined) throw new Error(`${vsix} was not installed.`);
  return path.join(folder, extension.name);
}

async function removeEarlier(): Promise<void> {
  for (const name of await readdir(parent))
    if (name.startsWith(`${release.name}-`)) await rm(path.join(parent, name), { recursive: true });
}
