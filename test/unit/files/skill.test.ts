import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  contributes: {
    chatSkills: { path: string }[];
    configuration: { properties: Record<string, { enum?: string[] }> };
  };
};

describe('the agent skill', () => {
  const [{ path: file } = { path: '' }] = contributes.chatSkills;
  const text = readFileSync(file, 'utf8');

  it('is named after its folder, as VS Code requires', () => {
    const name = /^---\nname: (.+)\ndescription: .{1,1024}\n---\n/.exec(text)?.[1];
    assert.equal(name, path.basename(path.dirname(file)));
  });

  it('is in the package', () => {
    const lines = readFileSync('.vscodeignore', 'utf8').split('\n');
    const kept = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    assert.ok(
      kept.some((glob) => path.matchesGlob(path.normalize(file), glob)),
      kept.join(),
    );
  });

  it('names every value of the terminal setting that shares something', () => {
    const values = contributes.configuration.properties['bapIdentity.terminal.environment']?.enum ?? [];
    assert.ok(values.length > 1);
    for (const value of values.slice(1)) assert.ok(text.includes(`\`${value}\``), value);
  });
});
