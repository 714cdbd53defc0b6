import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { build } from 'esbuild';

import esbuild from '../../../esbuild.js';

const { node, web } = esbuild.platforms;
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;

/** The modules that a bundle leaves to the platform, and the source files in it. */
async function contentOf(
  bundle: (typeof esbuild.bundles)[number],
): Promise<{ outside: string[]; files: string[] }> {
  const { metafile } = await build({ ...bundle, sourcemap: false, write: false });
  const outputs = Object.values(metafile.outputs);
  const outside = outputs.flatMap(({ imports }) => imports.map((each) => each.path));
  return { outside: [...new Set(outside)].sort(), files: Object.keys(metafile.inputs) };
}

describe('the bundle for web workers', () => {
  it('needs VS Code and nothing else: no module of Node', async () => {
    const [bundle, ...others] = web;
    assert.ok(bundle);
    assert.deepEqual(others, []);
    const { outside, files } = await contentOf(bundle);
    assert.deepEqual(outside, ['vscode']);
    assert.deepEqual(
      files.filter((file) => file.startsWith('src/storage/node/')),
      [],
    );
  });
});

describe('the bundles for Node', () => {
  const [entry, composition] = node;

  it('are two: VS Code starts a small one, which loads the other', async () => {
    assert.ok(entry);
    const { outside, files } = await contentOf(entry);
    assert.deepEqual(outside, ['./composition.node.js', 'vscode']);
    const ours = files.filter((file) => file.startsWith('src/'));
    assert.deepEqual(ours.sort(), ['src/activation.ts', 'src/extension.ts', 'src/standIns.ts']);
    assert.ok(!files.some((file) => file.includes('node_modules/')), files.join());
  });

  it('have nothing of the half for web workers', async () => {
    assert.ok(composition);
    const { outside, files } = await contentOf(composition);
    assert.ok(outside.includes('node:fs/promises'), outside.join());
    assert.deepEqual(
      files.filter((file) => file.startsWith('src/storage/web/')),
      [],
    );
  });
});

describe('all bundles', () => {
  it('look each part of the API of VS Code up once, and take no part that they do not use', async () => {
    for (const bundle of esbuild.bundles) {
      const { outputFiles } = await build({ ...bundle, sourcemap: false, write: false });
      const [{ text } = { text: '' }] = outputFiles;
      assert.equal(text.split('require("vscode")').length - 1, 1);
      assert.ok(!text.includes('.NotebookCellData'), 'a file uses the API as one value');
    }
  });

  it('are what the manifest names, and are in the package', () => {
    assert.deepEqual(
      [manifest.main, manifest.browser],
      [node, web].map(([first]) => `./${first?.outfile}`),
    );
    const packed = readFileSync('.vscodeignore', 'utf8').split('\n');
    for (const { outfile } of esbuild.bundles) assert.ok(packed.includes(`!${outfile}`), outfile);
  });
});
