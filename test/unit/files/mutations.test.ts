import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { likelyKillersFirst } from '../../mutation/order.ts';
import { isExplained } from '../../mutation/survivors.ts';

const root = path.join(import.meta.dirname, '../../..');
const page = readFileSync(path.join(root, 'docs/mutations.md'), 'utf8');

describe('docs/mutations.md', () => {
  for (const part of page.split(/^### /m).slice(1)) {
    const [file = '', ...lines] = part.split('\n');
    it(`explains lines that ${file} has`, () => {
      const source = readFileSync(path.join(root, file), 'utf8').replace(/\s+/g, ' ');
      const changes = lines.filter((line) => line.startsWith('- '));
      assert.ok(changes.length > 0);
      for (const change of changes) {
        const [, , before] = /^- (`+) ?(.+?)…? ?\1 → `.+`$/.exec(change) ?? [];
        assert.ok(before !== undefined && source.includes(before), change);
      }
    });
  }
});

describe('mutation tests', () => {
  it('take a survivor for explained in its own file only', () => {
    const survivor = { file: 'src/a.ts', line: 1, change: '`x` → `y`' };
    const explained = '### src/a.ts\n\nWhy:\n\n- `x` → `y`\n';
    assert.equal(isExplained(survivor, explained), true);
    assert.equal(isExplained(survivor, explained.replace('a.ts', 'b.ts')), false);
    assert.equal(isExplained({ ...survivor, change: '`x` → `z`' }, explained), false);
  });

  it('begin with the test files that are most likely to fail', () => {
    const [base, clock, log, other] = ['base/a', 'base/clock', 'base/log', 'sessions/clock'].map(
      (name) => `test/unit/${name}.test.ts`,
    ) as [string, string, string, string];
    const files = [other, base, clock, log];
    assert.deepEqual(likelyKillersFirst(files, 'src/base/clock.ts', []), [clock, base, log, other]);
    assert.deepEqual(likelyKillersFirst(files, 'src/base/clock.ts', [other, log]), [log, clock, base, other]);
  });
});
