import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

import { ARROWS, arrows } from '../../../lint/arrows.mjs';

/** For each row of the table: imports that the rule must report, and imports that it must let pass. */
const EXAMPLES: Record<string, { fails: string[]; passes: string[] }> = {
  base: {
    fails: [
      '../protocol/http.ts',
      '../api.ts',
      '../settings.ts',
      'vscode',
      'type vscode',
      'node:fs',
      'fs/promises',
    ],
    passes: ['./clock.ts', 'zod/mini'],
  },
  protocol: {
    fails: [
      '../services/service.ts',
      '../sessions/x.ts',
      '../settings.ts',
      'vscode',
      'type vscode',
      'node:net',
      'net',
    ],
    passes: ['../base/clock.ts', './http.ts', '../api.ts', 'eventsource'],
  },
  services: {
    fails: [
      '../sessions/x.ts',
      '../windows/x.ts',
      '../settings.ts',
      '../ui/html.ts',
      'type vscode',
      'node:fs',
    ],
    passes: ['../protocol/http.ts', '../base/log.ts', '../api.ts'],
  },
  sessions: {
    fails: [
      '../provider/signIn.ts',
      '../windows/x.ts',
      '../windows/node/x.ts',
      '../ui/x.ts',
      'vscode',
      'node:fs',
    ],
    passes: ['../services/service.ts', '../protocol/failure.ts', '../base/clock.ts', 'type vscode'],
  },
  windows: {
    fails: [
      '../provider/messages.ts',
      '../ui/html.ts',
      '../services/service.ts',
      '../protocol/http.ts',
      'node:fs',
    ],
    passes: ['../sessions/windowLocks.ts', '../base/clock.ts', 'vscode'],
  },
  'windows/web': {
    fails: ['../../ui/html.ts', '../../provider/signIn.ts', '../node/shortHash.ts', 'node:crypto'],
    passes: ['../../sessions/windowLocks.ts', '../windowLinks.ts', '../../base/log.ts'],
  },
  'windows/node': {
    fails: ['../../ui/html.ts', '../../provider/signIn.ts', '../web/webLocks.ts', '../../composition.ts'],
    passes: ['../../sessions/windowLocks.ts', '../windowLinks.ts', 'node:fs/promises'],
  },
  provider: {
    fails: ['../ui/html.ts', '../windows/x.ts', '../windows/node/x.ts', '../settings.ts', 'node:os'],
    passes: ['../sessions/scopes.ts', '../services/person.ts', '../base/clock.ts', '../api.ts', 'vscode'],
  },
  ui: {
    fails: [
      '../windows/x.ts',
      '../windows/node/x.ts',
      '../composition.ts',
      '../extension.ts',
      '../settings.ts',
      'path',
    ],
    passes: [
      '../provider/signInView.ts',
      '../sessions/scopes.ts',
      './signIn/message.ts',
      '../api.ts',
      'vscode',
    ],
  },
  'api.ts': {
    fails: ['./services/person.ts', './base/clock.ts', 'vscode', 'node:fs'],
    passes: ['type vscode'],
  },
  'settings.ts': {
    fails: ['./ui/html.ts', './sessions/scopes.ts', './composition.ts', './serviceList.ts', 'node:fs'],
    passes: ['./services/adom.ts', './protocol/schema.ts', 'vscode', 'zod/mini'],
  },
  'serviceList.ts': {
    fails: ['./ui/html.ts', './provider/signIn.ts', './composition.ts', './sessions/scopes.ts', 'node:fs'],
    passes: ['./services/adom.ts', './settings.ts', './protocol/http.ts', './base/clock.ts', './api.ts'],
  },
  'composition.ts': {
    fails: ['./extension.ts', './windows/node/fileLocks.ts', './windows/web/webLocks.ts', 'node:fs'],
    passes: ['./ui/html.ts', './windows/sharedByWindows.ts', './serviceList.ts', './settings.ts', 'vscode'],
  },
  'composition.node.ts': {
    fails: ['./extension.ts', './windows/web/webWindows.ts', './sessions/scopes.ts', 'vscode', 'node:fs'],
    passes: ['./composition.ts', './windows/node/nodeWindows.ts', 'type vscode'],
  },
  'standIns.ts': {
    fails: ['./activation.ts', './provider/serviceProvider.ts', './windows/node/fileLocks.ts', 'node:fs'],
    passes: ['./composition.ts', './api.ts', 'vscode'],
  },
  'activation.ts': {
    fails: ['./extension.ts', './windows/node/fileLocks.ts', './sessions/scopes.ts', 'node:fs'],
    passes: ['./standIns.ts', './composition.ts', './api.ts', 'vscode'],
  },
  'extension.ts': {
    fails: [
      './composition.node.ts',
      './composition.ts',
      './windows/node/nodeWindows.ts',
      'vscode',
      'node:fs',
    ],
    passes: ['./activation.ts'],
  },
  'extension.web.ts': {
    fails: ['./windows/node/nodeWindows.ts', './composition.node.ts', 'vscode', 'node:fs'],
    passes: ['./activation.ts', './composition.ts', './windows/web/webWindows.ts'],
  },
};

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, ...arrows],
});

async function problemsOf(part: string, code: string): Promise<number> {
  const filePath = `src/${part.endsWith('.ts') ? part : `${part}/example.ts`}`;
  const [result] = await eslint.lintText(code, { filePath });
  assert.ok(result);
  assert.equal(result.fatalErrorCount, 0, result.messages[0]?.message);
  return result.errorCount;
}

/** The code of an import: `type vscode` imports types only. */
const importOf = (name: string): string =>
  name.startsWith('type ')
    ? `import type * as imported from '${name.slice(5)}';`
    : `import * as imported from '${name}';`;

describe('the table of what each part of src may import', () => {
  for (const { part } of ARROWS) {
    for (const name of EXAMPLES[part]?.fails ?? [])
      it(`${part} must not import ${name}`, async () => {
        assert.equal(await problemsOf(part, importOf(name)), 1);
      });
    for (const name of EXAMPLES[part]?.passes ?? [])
      it(`${part} may import ${name}`, async () => {
        assert.equal(await problemsOf(part, importOf(name)), 0);
      });
    it(`${part} must not import a test`, async () => {
      const up = '../'.repeat(part.endsWith('.ts') ? 1 : part.split('/').length + 1);
      assert.equal(await problemsOf(part, importOf(`${up}test/start.ts`)), 1);
    });
  }

  it('has a failing and a passing example for each row', () => {
    assert.deepEqual(
      Object.keys(EXAMPLES),
      ARROWS.map(({ part }) => part),
    );
  });

  it('holds in folders of folders', async () => {
    assert.equal(await problemsOf('ui/signIn', importOf('../../windows/node/fileLocks.ts')), 1);
    assert.equal(await problemsOf('ui/signIn', importOf('../../provider/signInView.ts')), 0);
    assert.equal(await problemsOf('ui/signIn', importOf('../html.ts')), 0);
  });

  it('sees exports, and forbids imports that it cannot see', async () => {
    assert.equal(await problemsOf('base', "export * from '../ui/html.ts';"), 1);
    assert.equal(await problemsOf('base', "void import('../ui/html.ts');"), 1);
    assert.equal(await problemsOf('extension.ts', "void import('./ui/html.ts');"), 1);
    assert.equal(await problemsOf('extension.ts', "void import('./composition.node.ts');"), 0);
    assert.equal(await problemsOf('base', "export type Html = import('../ui/html.ts').Html;"), 1);
  });

  it('has a row for each folder and each file of src', () => {
    const parts = new Set(ARROWS.map(({ part }) => part));
    const found = readdirSync('src').filter((name) => !name.endsWith('.json'));
    assert.deepEqual(
      found.filter((name) => !parts.has(name)),
      [],
    );
  });

  it('is part of the lint rules of this project', async () => {
    const project = new ESLint();
    for (const { part } of ARROWS) {
      const path = part.endsWith('.ts') ? `src/${part}` : `src/${part}/example.ts`;
      const config = (await project.calculateConfigForFile(path)) as { rules: Record<string, unknown> };
      const expected = (await eslint.calculateConfigForFile(path)) as typeof config;
      for (const rule of Object.keys(arrows[0]?.rules ?? {}))
        assert.deepEqual(config.rules[rule], expected.rules[rule], `${rule} in ${part}`);
    }
  });
});
