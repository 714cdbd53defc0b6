import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runCommand, withProgress } from './command.ts';

/** Installs packages of Debian or Ubuntu. `isThere`: whether what they bring is there. Throws when it is not. */
export async function installWithApt(
  name: string,
  packages: readonly string[],
  isThere: () => boolean,
): Promise<void> {
  if (isThere()) return;
  const missing = `${name} is missing. `;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const byHand = `Run: sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`;
  if (sudo.length > 0 && !(await mayUseSudo())) throw new Error(missing + byHand);
  try {
    await withProgress(`Installing ${name} with apt-get (once)`, async () => {
      await apt(sudo, ['update']);
      await apt(sudo, ['install', '-y', '--no-install-recommends', ...packages]);
    });
  } catch (error) {
    // Another run may have held apt's lock and installed it.
    if (!isThere()) throw new Error(`${missing}${String(error)}. ${byHand}`, { cause: error });
  }
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
