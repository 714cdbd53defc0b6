import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { cruise } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

const root = path.join(import.meta.dirname, '../../..');

/** Files, their code, and the rules that it breaks. */
const EXAMPLES: readonly (readonly [file: string, code: string, ...broken: string[]])[] = [
  ['base/clock.ts', 'export type Clock = 1;'],
  ['http/send.ts', "export type { Clock } from '../base/clock.ts';"],
  ['accounts/menu.ts', "import * as vscode from 'vscode'; import '../base/clock.ts'; void vscode;"],
  ['identityPage/page.ts', "import '../accounts/menu.ts';"],
  ['storage/node/files.ts', "import 'node:fs';"],
  ['storage/web/state.ts', "import '../../sessions/types.ts';"],
  ['base/hash.node.ts', "import 'node:crypto';"],
  ['sessions/types.ts', "import type { Uri } from 'vscode'; export type Link = Uri;"],
  // An upward arrow, in every form of import.
  ['base/import.ts', "import '../http/send.ts';", 'base'],
  ['base/type.ts', "import type { Clock } from '../http/send.ts'; export type Up = Clock;", 'base'],
  ['base/typeOf.ts', "export type Up = import('../http/send.ts').Clock;", 'base'],
  ['base/export.ts', "export * from '../http/send.ts';", 'base'],
  ['base/later.ts', "void import('../http/send.ts');", 'base'],
  ['sessions/storage.ts', "import '../storage/node/files.ts';", 'sessions'],
  ['diagnose/sharing.ts', "import '../sharing/mcp/tokens.ts';", 'diagnose'],
  ['sharing/mcp/tokens.ts', "import '../../identityPage/page.ts';", 'sharing'],
  ['storage/node/web.ts', "import '../web/state.ts';", 'storage/node'],
  ['start.ts', "import './storage/node/files.ts';", 'start.ts'],
  ['settings.ts', "import './base/clock.ts';", 'settings.ts'],
  // A circle of type imports.
  ['services/a.ts', "import type { B } from './b.ts'; export type A = B | 1;", 'circle'],
  ['services/b.ts', "import type { A } from './a.ts'; export type B = A | 2;"],
  // What lower rooms must not import.
  ['base/vscode.ts', "import * as vscode from 'vscode'; void vscode;", 'vscode'],
  ['http/vscode.ts', "export * from 'vscode';", 'vscode'],
  ['oauth/vscode.ts', "void import('vscode');", 'vscode'],
  [
    'services/vscode.ts',
    "import { env, type Uri } from 'vscode'; export type Link = Uri; void env;",
    'vscode',
  ],
  [
    'sessions/vscode.ts',
    "import type { Uri } from 'vscode'; import * as vscode from 'vscode'; export type Link = Uri; void vscode;",
    'vscode',
  ],
  ['storage/node.ts', "import 'fs/promises';", 'node'],
  ['storage/web/node.ts', "import type { Stats } from 'node:fs'; export type S = Stats;", 'node'],
  ['extension.web.ts', "import 'node:sqlite';", 'node'],
  // What no file may import.
  ['accounts/test.ts', "import '../../test/start.ts';", 'outside'],
  ['accounts/missing.ts', "import './nothing.ts';", 'unresolved'],
  ['attic/old.ts', "import '../base/clock.ts';", 'no-row'],
];

describe('the dependency rules', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'arrows-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (name: string, code: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), code);
  };
  const broken: { from: string; rule: string }[] = [];

  before(async () => {
    for (const [file, code] of EXAMPLES) write(`src/${file}`, code);
    write('test/start.ts', '');
    write('node_modules/@types/vscode/index.d.ts', 'export type Uri = string; export const env: string;');
    const options = await extractOptions(path.join(root, '.dependency-cruiser.mjs'));
    const { output } = await cruise(['src'], { ...options, baseDir: folder });
    assert.ok(typeof output === 'object');
    broken.push(...output.summary.violations.map(({ from, rule }) => ({ from, rule: rule.name })));
  });

  for (const [file, code, ...rules] of EXAMPLES)
    it(`${rules.length > 0 ? 'reports' : 'allows'} in ${file}: ${code}`, () => {
      const found = broken.filter(({ from }) => from === `src/${file}`).map(({ rule }) => rule);
      assert.deepEqual(found, rules);
    });
});
