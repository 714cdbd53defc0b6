import { existsSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installWithApt } from '../vscode/apt.ts';
import { runCommand } from '../vscode/command.ts';
import { fetchOnce, npm } from '../vscode/fetchOnce.ts';
import { cacheFolder } from '../vscode/paths.ts';
import manifest from './package.json' with { type: 'json' };

const version = manifest.dependencies['@theia/core'];
const theiaFolder = path.join(cacheFolder, `theia-${version}`);

/** The server of the built application. */
export const theiaEntry = path.join(theiaFolder, 'src-gen/backend/main.js');

/** What each is for: keytar is compiled against the first, and the others are a keyring to talk to. */
const systemPackages: Readonly<Record<string, string>> = {
  'libsecret-1-dev': '/usr/include/libsecret-1/libsecret/secret.h',
  'pkg-config': '/usr/bin/pkg-config',
  python3: '/usr/bin/python3',
  make: '/usr/bin/make',
  'g++': '/usr/bin/g++',
  'gnome-keyring': '/usr/bin/gnome-keyring-daemon',
  'dbus-daemon': '/usr/bin/dbus-run-session',
};

/** Installs and builds Theia for the browser, unless the cache has it. */
export async function ensureTheia(): Promise<void> {
  await installWithApt('What Theia and its keyring need', Object.keys(systemPackages), () =>
    Object.values(systemPackages).every((file) => existsSync(file)),
  );
  await fetchOnce({
    name: `Theia ${version}`,
    size: 'about 700 MB on disk, and two minutes to build',
    folder: theiaFolder,
    lastFile: path.join(theiaFolder, 'lib/frontend/index.html'),
    fetchInto,
  });
}

async function fetchInto(folder: string): Promise<void> {
  // The tests of this folder are modules, and what Theia generates is not.
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ ...manifest, type: 'commonjs' }));
  await cp(path.join(import.meta.dirname, 'package-lock.json'), path.join(folder, 'package-lock.json'));
  await npm('ci', folder, []);
  // The native modules without which it does not start, and the one that reaches the keyring.
  await npm('rebuild', folder, ['drivelist', 'keytar']);
  const cli = path.join(folder, 'node_modules/@theia/cli/bin/theia');
  await runCommand(process.execPath, [cli, 'build', '--mode', 'development'], { cwd: folder });
}
