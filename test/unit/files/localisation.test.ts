import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { getL10nJson } from '@vscode/l10n-dev';

const read = (file: string): string => readFileSync(file, 'utf8');

it('the bundle holds every text of the source, and nothing else', async () => {
  const sources = globSync('src/**/*.ts').map((file) => ({
    extension: '.ts' as const,
    contents: read(file),
  }));
  const texts = await getL10nJson(sources);
  const bundle: unknown = JSON.parse(read('l10n/bundle.l10n.json'));
  assert.deepEqual(bundle, texts, 'run: npm run l10n');
});

it('every text of the manifest is there, and each is used', () => {
  const used = Array.from(read('package.json').matchAll(/"%([^%"]+)%"/g), ([, key]) => key);
  const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
  assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
});
