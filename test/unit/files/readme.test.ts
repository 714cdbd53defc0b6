import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

it('the README’s example is one that compiles', () => {
  const readme = readFileSync('README.md', 'utf8');
  const snippet = /```ts\n(.*?)```/s.exec(readme)?.[1];
  assert.equal(snippet, readFileSync('test/consumer/src/snippet.ts', 'utf8'));
});
