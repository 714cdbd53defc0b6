import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { getL10nJson } from '@vscode/l10n-dev';

const read = (file: string): string => readFileSync(file, 'utf8');

it('the bundle contains exactly the texts in the source', async () => {
  const sources = globSync('src/**/*.ts').map((file) => ({
    extension: '.ts' as const,
    contents: read(file),
  }));
  const texts = await getL10nJson(sources);
  const bundle: unknown = JSON.parse(read('l10n/bundle.l10n.json'));
  assert.deepEqual(bundle, texts, 'run: npm run l10n');
});

it('every text with a comment is in the bundle with it', () => {
  // The tool skips a text whose comment is missing or precedes the message.
  const bundle = Object.values(JSON.parse(read('l10n/bundle.l10n.json')) as Record<string, unknown>);
  const commented = new Set(bundle.flatMap((text) => (isCommented(text) ? [text.message] : [])));
  for (const file of globSync('src/**/*.ts'))
    for (const [, rest = ''] of read(file).matchAll(/\bt\(\{(.{0,400})/gs)) {
      const message = /^\s*message:\s*'([^']*)'/.exec(rest)?.[1];
      assert.ok(message !== undefined && commented.has(message), `${file}: ${rest}`);
    }
  assert.ok(commented.size > 10);
});

const isCommented = (text: unknown): text is { message: string } =>
  typeof text === 'object' && text !== null && 'message' in text;

it('package.nls.json contains exactly the texts in the manifest', () => {
  const used = Array.from(read('package.json').matchAll(/"%([^%"]+)%"/g), ([, key]) => key);
  const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
  assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
});
