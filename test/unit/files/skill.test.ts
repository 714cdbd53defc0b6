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

describe('the skill for agents', () => {
  const [{ path: file } = { path: '' }] = contributes.chatSkills;
  const text = readFileSync(file, 'utf8');

  it('has the name of its folder, without which VS Code ignores it', () => {
    const name = /^---\nname: (.+)\ndescription: .{1,1024}\n---\n/.exec(text)?.[1];
    assert.equal(name, path.basename(path.dirname(file)));
  });

  it('is in the package', async () => {
    const files = await listFiles({ cwd: process.cwd(), packageManager: PackageManager.None });
    assert.ok(files.includes(path.normalize(file)), files.join());
  });

  it('names each value of the setting for terminals that hands something out', () => {
    const values = contributes.configuration.properties['bapIdentity.terminal.environment']?.enum ?? [];
    assert.ok(values.length > 1);
    for (const value of values.slice(1)) assert.ok(text.includes(`\`${value}\``), value);
  });
});
