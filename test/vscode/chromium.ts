import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { installWithApt } from './apt.ts';

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
  if (!existsSync('/usr/bin/apt-get'))
    throw new Error('Chromium is missing. Install Chromium or Google Chrome, or set CHROMIUM_PATH to one.');
  const fonts = ['fonts-liberation', 'fonts-noto-cjk']; // without the second, Japanese is boxes in a screenshot
  await installWithApt('Chromium', ['chromium', ...fonts], () => findChromium() !== undefined);
  const found = findChromium();
  if (found === undefined)
    throw new Error('Chromium is missing: apt-get installed it, but it is not on the PATH.');
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
