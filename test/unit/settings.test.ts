import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { Emitter } from '../../src/base/emitter.ts';
import { isOwnSetting, readSetting, settingReader, type Setting, settings } from '../../src/settings.ts';
import { adomWorld, sigmaWorld } from './support/serviceKit.ts';

const Manifest = z.object({
  contributes: z.object({
    configuration: z.object({
      properties: z.record(
        z.string(),
        z.looseObject({
          default: z.unknown(),
          scope: z.string(),
          enum: z.optional(z.array(z.string())),
        }),
      ),
    }),
  }),
});
const { properties } = Manifest.parse(JSON.parse(readFileSync('package.json', 'utf8'))).contributes
  .configuration;
const all: readonly Setting<unknown>[] = Object.values(settings);

describe('the settings in the code', () => {
  it('are those of package.json', () => {
    assert.deepEqual(all.map(({ key }) => key).sort(), Object.keys(properties).sort());
  });

  for (const { key, schema, default: value } of all) {
    it(`${key} has the default, the values and the scope of package.json`, () => {
      const property = properties[key];
      assert.deepEqual(value, property?.default);
      assert.ok(z.safeParse(schema, value).success, 'the default is valid');
      assert.equal(property?.scope, 'application');
      const words = [...(property.enum ?? []), '', 'Auto', 'on', null];
      if (property.enum)
        assert.deepEqual(
          words.filter((word) => z.safeParse(schema, word).success),
          property.enum,
        );
    });
  }

  it('include those that the services name in messages', () => {
    const keys: readonly string[] = all.map(({ key }) => key);
    for (const { service } of [sigmaWorld([]), adomWorld([])])
      for (const key of Object.values(service.settingKeys)) assert.ok(keys.includes(key), key);
  });
});

/** VS Code's settings, in which one setting has these values. */
function workspace(key: string, values: object): Pick<typeof vscode.workspace, 'getConfiguration'> {
  const inspect = (asked: string): object | undefined => (asked === key ? { key, ...values } : undefined);
  return { getConfiguration: () => ({ inspect }) as unknown as vscode.WorkspaceConfiguration };
}

describe('readSetting', () => {
  const setting = settings.sigmaServerUrl;
  const read = (values: object): string => readSetting(workspace(setting.key, values), setting);

  it("gives the user's value, or else the default", () => {
    assert.equal(read({ globalValue: 'https://mine.example' }), 'https://mine.example');
    assert.equal(read({}), setting.default);
    assert.equal(read({ globalValue: null }), setting.default);
    assert.equal(read({ globalValue: '' }), '');
  });

  const theirs = 'https://evil.example';
  for (const [who, values] of [
    ['a workspace or a folder', { workspaceValue: theirs, workspaceFolderValue: theirs }],
    ['a language', { globalLanguageValue: theirs, workspaceLanguageValue: theirs }],
    ['the manifest of another extension', { defaultValue: theirs, defaultLanguageValue: theirs }],
  ] as const)
    it(`ignores what ${who} says`, () => {
      assert.equal(read(values), setting.default);
      assert.equal(read({ ...values, globalValue: 'https://mine.example' }), 'https://mine.example');
    });

  it('does not fall back to the default server for a value of the wrong type', () => {
    for (const globalValue of [42, {}, [], true]) assert.equal(read({ globalValue }), '');
  });

  for (const [name, each, bad, value] of [
    ['the session lifetime', settings.adomSessionMaxAge, [0, -1, '60', NaN], 7_776_000],
    ['the updates', settings.adomUpdates, ['Poll', '', 7], 'auto'],
    ['the Accounts menu', settings.accountsMenu, ['adom', {}], []],
    ['terminals', settings.terminalEnvironment, ['on', true, 1], 'off'],
    ['ClawNet', settings.clawnetApiUrl, [false, {}], ''],
  ] satisfies [string, Setting<unknown>, unknown[], unknown][])
    it(`reads an invalid value for ${name} as ${JSON.stringify(value)}`, () => {
      for (const globalValue of bad)
        assert.deepEqual(readSetting<unknown>(workspace(each.key, { globalValue }), each), value);
    });

  it('gives the MCP servers as they are written', () => {
    const globalValue = [{ label: 'x' }, 7];
    const { mcpServers } = settings;
    assert.deepEqual(readSetting(workspace(mcpServers.key, { globalValue }), mcpServers), globalValue);
    assert.equal(readSetting(workspace(mcpServers.key, { globalValue: 7 }), mcpServers), 7);
  });
});

describe('settingReader', () => {
  it('asks VS Code once, and again after a change', () => {
    const values: Record<string, string> = {};
    const asked: string[] = [];
    const inspect = (key: string): object => {
      asked.push(key);
      return { key, globalValue: values[key] };
    };
    const changes = new Emitter<undefined>();
    const subscriptions: { dispose(): unknown }[] = [];
    const read = settingReader(
      {
        getConfiguration: () => ({ inspect }) as unknown as vscode.WorkspaceConfiguration,
        onDidChangeConfiguration: (listener) => changes.event(listener),
      },
      subscriptions,
    );
    const [server, client] = [read(settings.sigmaServerUrl), read(settings.sigmaClientId)];
    assert.deepEqual(asked, [], 'before anybody wants to know');
    const { key } = settings.sigmaServerUrl;
    for (const value of ['https://one.example', 'https://two.example', '']) {
      values[key] = value;
      changes.fire(undefined);
      const clientId = settings.sigmaClientId.default;
      assert.deepEqual([server(), server(), client(), client()], [value, value, clientId, clientId]);
      assert.deepEqual(asked.splice(0), [key, settings.sigmaClientId.key]);
    }
    assert.equal(subscriptions.length, 2);
  });
});

describe('isOwnSetting', () => {
  const setting = settings.accountsMenu;
  const isOwn = (values: object): boolean =>
    isOwnSetting(workspace(setting.key, { defaultValue: setting.default, ...values }), setting);

  it('is true for what the user has written, even if it is the default', () => {
    assert.equal(isOwn({ globalValue: setting.default }), true);
    assert.equal(isOwn({ globalValue: [] }), true);
  });

  it('is false for the default, and for what a workspace says', () => {
    assert.equal(isOwn({}), false);
    assert.equal(isOwn({ globalValue: null, workspaceValue: ['adom'] }), false);
  });
});
