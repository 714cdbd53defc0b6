import { rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { onExit } from '../vscode/cleanup.ts';
import { root } from '../vscode/paths.ts';
import { createFolder } from '../vscode/serverProcess.ts';

/** Builds `test/NAME` into a temporary folder that is removed when the process exits. Returns the folder. */
export async function buildTestExtension(
  name: 'consumer' | 'greeter' | 'hostile' | 'sleeper' | 'stopwatch',
): Promise<string> {
  const source = path.join(root, 'test', name);
  const target = createFolder();
  onExit(() => {
    rmSync(target, { recursive: true, force: true });
  });
  await cp(path.join(source, 'package.json'), path.join(target, 'package.json'));
  await build({
    entryPoints: [path.join(source, 'src/extension.ts')],
    outfile: path.join(target, 'dist/extension.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return target;
}
