import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { getL10nJson } from '@vscode/l10n-dev';

const read = (file: string): string => readFileSync(file, 'utf8');

it('the bundle has every text of the source, and no other', async () => {
  const sources = globSync('src/**/*.ts').map((file) => ({
    extension: '.ts' as const,
    contents: read(file),
  }));
  const texts = await getL10nJson(sources);
  const bundle: unknown = JSON.parse(read('l10n/bundle.l10n.json'));
  assert.deepEqual(bundle, texts, 'run: npm run l10n');
});

it('package.nls.json has every text of the manifest, and no other', () => {
  const used = Array.from(read('package.json').matchAll(/"%([^%"]+)%"/g), ([, key]) => key);
  const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
  assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
});
