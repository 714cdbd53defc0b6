import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { z } from 'zod';
import { accounts, eventually, requests, useLocalServer } from './user.ts';

const ID = 'bap-identity.bap-authentication';
const SCOPES = ['openid', 'profile'];

const Manifest = z.object({
  engines: z.object({ vscode: z.string().startsWith('^1.') }),
  contributes: z.object({
    authentication: z.array(z.object({ id: z.string(), label: z.string() })),
    commands: z.array(z.object({ command: z.string() })),
    configuration: z.object({ properties: z.record(z.string(), z.object({ scope: z.string() })) }),
  }),
});

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(ID);
  assert.ok(found, 'the extension is not there');
  return found;
}

describe('activation', () => {
  before(useLocalServer);

  it('runs in a VS Code version that the manifest supports', () => {
    const numbers = (version: string): number[] => version.split(/\D+/).map(Number);
    const [, oldestMinor = 0] = numbers(Manifest.parse(extension().packageJSON).engines.vscode.slice(1));
    const [major = 0, minor = 0] = numbers(vscode.version);
    assert.ok(major === 1 && minor >= oldestMinor, `VS Code ${vscode.version}`);
  });

  it('happens on startup', async () => {
    await eventually('activation', () => Promise.resolve(extension().isActive || undefined));
  });

  it('registers every command and every provider of the manifest', async () => {
    const { contributes } = Manifest.parse(extension().packageJSON);
    const commands = await vscode.commands.getCommands(true);
    for (const { command } of contributes.commands) assert.ok(commands.includes(command), command);
    for (const { id } of contributes.authentication) {
      assert.deepEqual(await vscode.authentication.getAccounts(id), []);
    }
  });

  it('contributes only settings that a workspace cannot change', () => {
    const { properties } = Manifest.parse(extension().packageJSON).contributes.configuration;
    assert.ok(Object.keys(properties).length > 0);
    for (const [name, { scope }] of Object.entries(properties)) assert.equal(scope, 'application', name);
  });

  it('resolves a silent getSession with undefined before a sign-in', async () => {
    assert.equal(
      await vscode.authentication.getSession('sigma-identity', SCOPES, { silent: true }),
      undefined,
    );
    assert.equal(await vscode.authentication.getSession('sigma-identity', SCOPES), undefined);
    assert.deepEqual(await accounts(), []);
  });

  it('sends no request', async () => {
    assert.deepEqual(await requests(), []);
  });
});
