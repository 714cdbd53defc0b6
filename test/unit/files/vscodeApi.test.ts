import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ESLint } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';

import { vscodeApi } from '../../../lint/vscodeApi.mjs';

/** The rule knows the types of this file of src. The examples stand in for its text. */
const FILE = 'src/staleTabs.ts';

const FAILS = {
  'a cast of a VS Code object': 'export const x = vscode.env as unknown;',
  'a cast to a type of VS Code':
    'export const x = (value: unknown) => value as vscode.AuthenticationSession;',
  'a cast to a list of such a type': 'export const x = (value: unknown) => value as vscode.Uri[];',
  'a cast of a promise for such a type': 'export const x = (value: Promise<vscode.Uri>) => value as unknown;',
  'a cast of an object or undefined': 'export const x = (value?: vscode.Uri) => value as unknown;',
  'a cast of all of VS Code': 'export const x = vscode as unknown;',
  'a cast of a part of such a type':
    "export const x = (value: Pick<vscode.ExtensionContext, 'secrets'>) => value as unknown;",
  'an assertion with brackets': 'export const x = <unknown>vscode.window;',
  'an assertion that an object is there': 'export const x = (value?: vscode.Uri) => value!.path;',
  'a member by a text': "export const x = vscode.env['appName'];",
  'a member by a variable': "const name = 'appName'; export const x = vscode.env[name];",
  'a member by Reflect': "export const x: unknown = Reflect.get(vscode.env, 'isAppPortable');",
  'more types for VS Code': "declare module 'vscode' { export const secret: string; }",
  'an error of TypeScript that is expected':
    '// @ts-expect-error it is there\nexport const x = vscode.env.none;',
};

const PASSES = {
  'the public API': 'export const x = vscode.env.appName;',
  'a constant': "export const x = ['a', 'b'] as const;",
  'a cast of something else': "export const x = new Map([['a', 1]]) as ReadonlyMap<string, number>;",
  'an item of a list': 'export const x = vscode.window.visibleTextEditors[0];',
  'an item of another object': "export const x = ({ a: 1 })['a'];",
  'a feature test': "export const x = 'isAppPortable' in vscode.env;",
};

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.ts'],
      plugins: { '@typescript-eslint': tseslint.plugin },
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { projectService: true, tsconfigRootDir: process.cwd() },
      },
    },
    ...vscodeApi,
  ],
});

async function problemsOf(code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`import * as vscode from 'vscode';\n${code}`, { filePath: FILE });
  assert.ok(result);
  return result.messages.map(({ ruleId, message }) => ruleId ?? message);
}

/** What TypeScript says of this code as a file of src. */
function typeErrors(code: string): string[] {
  const { config } = ts.readConfigFile('src/tsconfig.json', (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, 'src');
  const host = ts.createCompilerHost(options);
  const file = path.resolve('src/example.ts');
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, language) =>
    name === file ? ts.createSourceFile(name, code, language) : read(name, language);
  const program = ts.createProgram([file], options, host);
  const errors = program.getSemanticDiagnostics(program.getSourceFile(file));
  return errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('the rule that keeps the extension inside the public API of VS Code', () => {
  for (const [what, code] of Object.entries(FAILS))
    it(`reports ${what}`, async () => {
      assert.equal((await problemsOf(code)).length, 1);
    });
  for (const [what, code] of Object.entries(PASSES))
    it(`lets pass ${what}`, async () => {
      assert.deepEqual(await problemsOf(code), []);
    });

  it('is part of the lint rules of this project', async () => {
    const config = (await new ESLint().calculateConfigForFile(FILE)) as { rules: Record<string, unknown> };
    assert.deepEqual(config.rules['vscode-api/public'], [2]);
    assert.deepEqual(config.rules['@typescript-eslint/ban-ts-comment'], [2, { 'ts-expect-error': true }]);
  });
});

describe('the types of VS Code', () => {
  it('have the members of the oldest version, and not those of a newer or a proposed one', () => {
    const start = "import * as vscode from 'vscode';\nexport const x: unknown = ";
    assert.deepEqual(typeErrors(`${start}vscode.env.appName;`), []);
    assert.match(typeErrors(`${start}vscode.env.isAppPortable;`).join(), /isAppPortable/);
    assert.match(typeErrors(`${start}vscode.authentication.getToken;`).join(), /getToken/);
  });

  it('are those of the oldest version that the manifest allows', () => {
    const versionOf = (file: string, pattern: RegExp): string | undefined =>
      pattern.exec(readFileSync(file, 'utf8'))?.[1];
    const types = versionOf('node_modules/@types/vscode/package.json', /"version": "(\d+\.\d+)\./);
    assert.equal(versionOf('package.json', /"vscode": "\^(\d+\.\d+)\.0"/), types);
  });
});
