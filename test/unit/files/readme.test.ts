import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

it('the README’s examples are those that the type check compiles, the one without a token first', () => {
  const examples = [...readFileSync('README.md', 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
    ([, code]) => code,
  );
  const files = ['whoAmI', 'callService'].map((name) => `test/consumer/src/${name}.ts`);
  assert.deepEqual(
    examples,
    files.map((file) => readFileSync(file, 'utf8')),
  );
});

it('the README links only to public URLs, and its images are in the package', () => {
  const shipped = readFileSync('.vscodeignore', 'utf8').split('\n');
  const targets = [...readFileSync('README.md', 'utf8').matchAll(/(!?)\[[^\]]*\]\(([^)]*)\)/g)];
  assert.ok(targets.length > 2);
  for (const [, picture, target = ''] of targets) {
    if (picture === '') assert.match(target, /^https:\/\//);
    else assert.ok(target.startsWith('https://') || shipped.includes(`!${target}`), target);
    assert.doesNotMatch(target, /\.svg$/, 'the Marketplace shows no SVG');
  }
});
