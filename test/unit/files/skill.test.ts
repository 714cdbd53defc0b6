import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { listFiles, PackageManager } from '@vscode/vsce';

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

  it('is in the package', async () => {
    const files = await listFiles({ cwd: process.cwd(), packageManager: PackageManager.None });
    assert.ok(files.includes(path.normalize(file)), files.join());
  });

  it('names every value of the terminal setting that shares something', () => {
    const values = contributes.configuration.properties['bapIdentity.terminal.environment']?.enum ?? [];
    assert.ok(values.length > 1);
    for (const value of values.slice(1)) assert.ok(text.includes(`\`${value}\``), value);
  });
});
