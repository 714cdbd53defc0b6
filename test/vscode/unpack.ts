import { mkdtemp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.ts';
import { bareServerEntry } from './release.ts';
import { cleanEnvironment } from './serverProcess.ts';

/** Unpacks a package into a new folder within `parent`, as VS Code's server installs it. Returns its folder. */
export async function unpack(vsix: string, parent: string): Promise<string> {
  const folder = await mkdtemp(path.join(parent, 'unpacked-'));
  const args = ['--server-data-dir', folder, '--accept-server-license-terms', '--install-extension', vsix];
  await runCommand(process.execPath, [bareServerEntry, ...args], { env: cleanEnvironment(folder) });
  const names = await readdir(path.join(folder, 'extensions'), { withFileTypes: true });
  const name = names.find((each) => each.isDirectory())?.name;
  if (name === undefined) throw new Error(`${vsix} was not unpacked.`);
  return path.join(folder, 'extensions', name);
}
