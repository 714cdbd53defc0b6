import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

it('the example in the README is the one that the type check compiles', () => {
  const readme = readFileSync('README.md', 'utf8');
  const snippet = /```ts\n(.*?)```/s.exec(readme)?.[1];
  assert.equal(snippet, readFileSync('test/consumer/src/snippet.ts', 'utf8'));
});
