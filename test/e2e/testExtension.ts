import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { outFolder, root } from '../vscode/paths.ts';

/** Builds `test/NAME`. Returns the folder of the built extension. */
export async function buildTestExtension(name: 'consumer' | 'sleeper'): Promise<string> {
  const source = path.join(root, 'test', name);
  const target = path.join(outFolder, name);
  await mkdir(target, { recursive: true });
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
