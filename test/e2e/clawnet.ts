import { chmod, glob, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../vscode/command.ts';
import { fetchOnce, npm } from '../vscode/fetchOnce.ts';
import { cacheFolder } from '../vscode/paths.ts';

const CLAWNET = '0.0.34';
/** The ClawNet CLI runs on Bun. */
const BUN = '1.4.5';
const folder = path.join(cacheFolder, `clawnet-${CLAWNET}`);
/** The ClawNet CLI, limited to `whoami` and `token`. */
const command = path.join(folder, 'clawnet');

/** Dependencies of its wallet that are not on the npm registry. They store a token on macOS only. */
const STUBS = {
  '@1sat/vault': 'export class FileVaultStorage {}\nexport const createVault = () => ({});\n',
  '@1sat/wallet-mac': 'export class SecureEnclaveProvider {\n  isSupported = () => false;\n}\n',
};

/** Runs ClawNet's own commands without its full CLI, which would load the whole wallet. */
const ENTRY = `import { token } from 'clawnet/src/commands/token.ts';
import { whoami } from 'clawnet/src/commands/whoami.ts';
await { token, whoami }[process.argv[2]]();
`;

/** Fetches the ClawNet CLI from the npm registry unless it is cached. Returns its path. */
export async function ensureClawnet(): Promise<string> {
  await fetchOnce({
    name: `the ClawNet CLI ${CLAWNET}`,
    size: 'about 150 MB on disk',
    folder,
    lastFile: command,
    fetchInto,
  });
  return command;
}

async function fetchInto(target: string): Promise<void> {
  const modules = path.join(target, 'node_modules');
  await npm('install', target, [`bun@${BUN}`, '@bsv/sdk@2.1.0']);
  await npm('pack', target, [`clawnet@${CLAWNET}`]);
  await mkdir(path.join(modules, 'clawnet'));
  const archive = [`clawnet-${CLAWNET}.tgz`, '--strip-components=1', '-C', 'node_modules/clawnet'];
  await runCommand('tar', ['-xzf', ...archive], { cwd: target });
  for (const [name, code] of Object.entries(STUBS)) {
    await mkdir(path.join(modules, name), { recursive: true });
    await writeFile(path.join(modules, name, 'index.js'), code);
    await writeFile(path.join(modules, name, 'package.json'), JSON.stringify({ name, type: 'module' }));
  }
  await writeFile(path.join(target, 'clawnet.ts'), ENTRY);
  const bun = path.relative(target, await findBun(modules));
  const here = path.join(target, path.basename(command));
  await writeFile(here, `#!/bin/sh\nhere=$(dirname "$0")\nexec "$here/${bun}" "$here/clawnet.ts" "$@"\n`);
  await chmod(here, 0o755);
}

/** npm installs Bun for several CPU types. Returns the one that runs here. */
async function findBun(modules: string): Promise<string> {
  for await (const file of glob('@oven/bun-*/bin/bun', { cwd: modules })) {
    const bun = path.join(modules, file);
    const version = await runCommand(bun, ['--version']).catch(() => undefined);
    if (version !== undefined) return bun;
  }
  throw new Error(`Bun ${BUN} does not run on this computer.`);
}
