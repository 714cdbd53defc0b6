import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { build } from 'esbuild';

import esbuild from '../../../esbuild.js';

const { node, web } = esbuild.bundles;
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;

/** A bundle's external modules, its source files, and its code. */
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
  it('imports VS Code only, and no Node module', async () => {
    const { outside, files } = await contentOf(web);
    assert.deepEqual(outside, ['vscode']);
    assert.deepEqual(
      files.filter((file) => file.startsWith('src/storage/node/') || file.endsWith('.node.ts')),
      [],
    );
  });
});

describe('the bundle for Node', () => {
  it('contains no code for web workers', async () => {
    const { outside, files } = await contentOf(node);
    assert.ok(outside.includes('node:fs/promises'), outside.join());
    assert.deepEqual(
      files.filter((file) => file.startsWith('src/storage/web/')),
      [],
    );
  });
});

describe('both bundles', () => {
  it('require VS Code’s API once, because every file would get its own copy', async () => {
    for (const bundle of [node, web]) {
      const { code } = await contentOf(bundle);
      assert.equal(code.split('require("vscode")').length - 1, 1);
    }
  });

  it('are named in the manifest and included in the package', () => {
    assert.deepEqual([manifest.main, manifest.browser], [`./${node.outfile}`, `./${web.outfile}`]);
    const packed = readFileSync('.vscodeignore', 'utf8').split('\n');
    for (const { outfile } of [node, web]) assert.ok(packed.includes(`!${outfile}`), outfile);
  });
});
