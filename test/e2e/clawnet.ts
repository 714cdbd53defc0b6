import { chmod, glob, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../vscode/command.ts';
import { fetchOnce, npm } from '../vscode/fetchOnce.ts';
import { cacheFolder } from '../vscode/paths.ts';

const CLAWNET = '0.0.34';
/** ClawNet's command line needs Bun. */
const BUN = '1.4.5';
const folder = path.join(cacheFolder, `clawnet-${CLAWNET}`);
/** ClawNet's command line. It knows `whoami` and `token`. */
const command = path.join(folder, 'clawnet');

/** Packages of its wallet that the registry does not have. They keep a token on a Mac, and only there. */
const STUBS = {
  '@1sat/vault': 'export class FileVaultStorage {}\nexport const createVault = () => ({});\n',
  '@1sat/wallet-mac': 'export class SecureEnclaveProvider {\n  isSupported = () => false;\n}\n',
};

/** ClawNet's own code runs the commands. Its command line as a whole would need the rest of its wallet. */
const ENTRY = `import { token } from 'clawnet/src/commands/token.ts';
import { whoami } from 'clawnet/src/commands/whoami.ts';
await { token, whoami }[process.argv[2]]();
`;

/** Fetches ClawNet's command line from the npm registry, unless the cache has it. Returns its file. */
export async function ensureClawnet(): Promise<string> {
  await fetchOnce({
    name: `ClawNet's command line ${CLAWNET}`,
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

/** npm installs Bun for several kinds of processors. Returns the one that runs here. */
async function findBun(modules: string): Promise<string> {
  for await (const file of glob('@oven/bun-*/bin/bun', { cwd: modules })) {
    const bun = path.join(modules, file);
    const version = await runCommand(bun, ['--version']).catch(() => undefined);
    if (version !== undefined) return bun;
  }
  throw new Error(`Bun ${BUN} does not run on this computer.`);
}
