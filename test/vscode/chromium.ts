import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { runCommand, withProgress } from './command.ts';

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

/**
 * Returns the path of a Chromium. On Debian and Ubuntu it installs one if needed. Throws when there is none.
 */
export async function ensureChromium(): Promise<string> {
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted !== undefined && wanted !== '') {
    if (isExecutable(wanted)) return wanted;
    throw new Error(`CHROMIUM_PATH names ${wanted}, which is not an executable file.`);
  }
  return findChromium() ?? (await installChromium());
}

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const candidates = commands.flatMap((command) => folders.map((folder) => path.join(folder, command)));
  return [...candidates, ...applications].find(isExecutable);
}

async function installChromium(): Promise<string> {
  const missing = 'Chromium is missing. ';
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error(`${missing}Install Chromium or Google Chrome, or set CHROMIUM_PATH to one.`);
  }
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const byHand = 'Run: sudo apt-get update && sudo apt-get install -y chromium';
  if (sudo.length > 0 && !(await mayUseSudo())) throw new Error(missing + byHand);
  try {
    await withProgress('Installing Chromium with apt-get (once)', async () => {
      await apt(sudo, ['update']);
      const fonts = ['fonts-liberation', 'fonts-noto-cjk']; // without the second, Japanese is boxes in a screenshot
      await apt(sudo, ['install', '-y', '--no-install-recommends', 'chromium', ...fonts]);
    });
  } catch (error) {
    // Another run may have held apt's lock and installed Chromium.
    if (findChromium() === undefined)
      throw new Error(`${missing}${String(error)}. ${byHand}`, { cause: error });
  }
  const found = findChromium();
  if (found === undefined) throw new Error(`${missing}apt-get installed it, but it is not on the PATH.`);
  return found;
}

async function apt(sudo: string[], args: string[]): Promise<void> {
  const lock = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  const [command = 'env', ...rest] = [...sudo, ...environment, 'apt-get', ...lock, ...args];
  await runCommand(command, rest);
}

async function mayUseSudo(): Promise<boolean> {
  try {
    await promisify(execFile)('sudo', ['-n', 'true']);
    return true;
  } catch {
    return false;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
