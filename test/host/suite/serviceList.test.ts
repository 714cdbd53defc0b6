import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import manifest from '../../../package.json';
import { systemClock } from '../../../src/base/clock.ts';
import { BAP_IDENTITY } from '../../../src/provider/bapIdentityProvider.ts';
import { createServices } from '../../../src/serviceList.ts';
import { settingReader } from '../../../src/settings.ts';
import { RecordingLog } from '../../unit/support/recordingLog.ts';

const { authentication, configuration, languageModelTools } = manifest.contributes;
const settings: Record<string, unknown> = configuration.properties;
const services = createServices(
  { fetch, clock: systemClock, log: new RecordingLog() },
  settingReader(vscode.workspace, []),
);
const ids = services.map(({ id }) => id);
const labels = services.map(({ label }) => label);

describe('every service in the list', () => {
  it('is an authentication provider in the manifest, beside the one that is no service', () => {
    assert.deepEqual(authentication, [...services.map(({ id, label }) => ({ id, label })), BAP_IDENTITY]);
  });

  it('can have an entry in the Accounts menu, and has one by default', () => {
    const menu = configuration.properties['bapIdentity.accountsMenu'];
    assert.deepEqual(menu.items.enum, ids);
    assert.deepEqual(menu.items.enumItemLabels, labels);
    assert.deepEqual(menu.default, ids);
  });

  it('can be the provider of an MCP server', () => {
    const { items } = configuration.properties['bapIdentity.mcp.servers'];
    assert.deepEqual(items.properties.provider.enum, ids);
  });

  it('is an input of the identity tool', () => {
    const [tool] = languageModelTools;
    assert.ok(tool);
    assert.deepEqual(tool.inputSchema.properties.provider.enum, ids);
    for (const id of ids) assert.ok(tool.modelDescription.includes(`"${id}"`), id);
    for (const label of labels) assert.ok(tool.modelDescription.includes(label), label);
  });

  it('has its settings in the manifest', () => {
    for (const { settingKeys: used } of services)
      for (const name of Object.values(used)) assert.ok(name in settings, name);
  });

  it('has a description', () => {
    for (const { label, purpose } of services) assert.notEqual(purpose, '', label);
  });
});
