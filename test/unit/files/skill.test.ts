import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
    // In the project’s own folder, vsce would walk through every editor that the tests have fetched.
    const cwd = await mkdtemp(path.join(tmpdir(), 'bap-identity-test-'));
    try {
      for (const each of ['package.json', '.vscodeignore', file])
        await cp(each, path.join(cwd, each), { recursive: true });
      const files = await listFiles({ cwd, packageManager: PackageManager.None });
      assert.ok(files.includes(path.normalize(file)), files.join());
    } finally {
      await rm(cwd, { recursive: true });
    }
  });

  it('names every value of the terminal setting that shares something', () => {
    const values = contributes.configuration.properties['bapIdentity.terminal.environment']?.enum ?? [];
    assert.ok(values.length > 1);
    for (const value of values.slice(1)) assert.ok(text.includes(`\`${value}\``), value);
  });
});
