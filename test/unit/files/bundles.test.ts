import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { build } from 'esbuild';

import esbuild from '../../../esbuild.js';

const { node, web } = esbuild.bundles;
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;

/** The modules that a bundle leaves to the platform, its source files, and its code. */
async function contentOf(
  bundle: typeof node | typeof web,
): Promise<{ outside: string[]; files: string[]; code: string }> {
  const { metafile, outputFiles } = await build({ ...bundle, sourcemap: false, write: false });
  const outputs = Object.values(metafile.outputs);
  const outside = outputs.flatMap(({ imports }) => imports.map((each) => each.path));
  const [{ text: code } = { text: '' }] = outputFiles;
  return { outside: [...new Set(outside)].sort(), files: Object.keys(metafile.inputs), code };
}

describe('the bundle for web workers', () => {
  it('needs VS Code and nothing else: no module of Node', async () => {
    const { outside, files } = await contentOf(web);
    assert.deepEqual(outside, ['vscode']);
    assert.deepEqual(
      files.filter((file) => file.startsWith('src/storage/node/') || file.endsWith('.node.ts')),
      [],
    );
  });
});

describe('the bundle for Node', () => {
  it('has nothing that is for web workers', async () => {
    const { outside, files } = await contentOf(node);
    assert.ok(outside.includes('node:fs/promises'), outside.join());
    assert.deepEqual(
      files.filter((file) => file.startsWith('src/storage/web/')),
      [],
    );
  });
});

describe('both bundles', () => {
  it('ask for the API of VS Code once, because each file would get a copy of it', async () => {
    for (const bundle of [node, web]) {
      const { code } = await contentOf(bundle);
      assert.equal(code.split('require("vscode")').length - 1, 1);
    }
  });

  it('are what the manifest names, and are in the package', () => {
    assert.deepEqual([manifest.main, manifest.browser], [`./${node.outfile}`, `./${web.outfile}`]);
    const packed = readFileSync('.vscodeignore', 'utf8').split('\n');
    for (const { outfile } of [node, web]) assert.ok(packed.includes(`!${outfile}`), outfile);
  });
});
