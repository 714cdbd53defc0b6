import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

import type { LiveSession } from '../../../src/sessions/record.ts';
import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { recordOf } from '../../unit/support/record.ts';
import { TerminalWorld } from './terminalWorld.ts';
import { eventually, signIn, signOutInMenu, useLocalServer } from './user.ts';

const HOUR_MS = 3_600_000;

/** A shell command that writes the environment of a child process to a file. Windows has PowerShell. */
const printCommand = (file: string): string =>
  process.platform === 'win32'
    ? `"id=$env:BAP_ID key=$env:BAP_PUBKEY token=$env:ADOMPKG_TOKEN." | Out-File -Encoding ascii "${file}"`
    : `echo "id=$BAP_ID key=$BAP_PUBKEY token=$ADOMPKG_TOKEN." > "${file}"`;

async function setMode(value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration('bapIdentity.terminal');
  await settings.update('environment', value, vscode.ConfigurationTarget.Global);
}

const bap = { bapId: 'bap-1', rootAddressProven: false, pubkey: `02${'ab'.repeat(32)}` };
const ann = recordOf('ann', {
  grant: { ...recordOf('ann').grant, accessToken: 'token-of-ann' },
  person: { accountId: 'bap-1', accountLabel: 'Ann (bap-1)', subject: 'user-1', name: 'Ann', bap },
});
const identity = { BAP_ID: bap.bapId, BAP_PUBKEY: bap.pubkey };
const ada = (id: string, expiresAtMs?: number): LiveSession =>
  recordOf(id, {
    serviceId: 'adom',
    grant: {
      ...recordOf(id).grant,
      accessToken: `token-of-${id}`,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    },
  });

describe('the environment of new terminals', () => {
  let world: TerminalWorld;
  let folder: string;

  before(async () => {
    await useLocalServer();
    folder = await mkdtemp(path.join(tmpdir(), 'terminal-'));
  });
  afterEach(async () => {
    world.environment.dispose();
    await setMode(undefined);
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  const until = async (variables: Record<string, string>): Promise<void> => {
    await eventually(JSON.stringify(variables), async () => {
      await world.clock.settle();
      return JSON.stringify(world.variables) === JSON.stringify(variables) || undefined;
    });
  };

  it('does not change what VS Code has kept before the sessions are read, or when it is right', async () => {
    await setMode('identity');
    const { promise, resolve } = Promise.withResolvers<undefined>();
    world = new TerminalWorld([ann], identity);
    world.loading = promise;
    await eventually('the start of the reading', () => Promise.resolve(world.loads || undefined));
    await world.clock.settle();
    world.sessionsAre(); // as a window that gets the focus
    assert.deepEqual([world.variables, world.collection.description], [identity, undefined]);
    world.records = [ann];
    resolve(undefined);
    await eventually('the description', async () => {
      await world.clock.settle();
      return world.collection.description;
    });
    assert.deepEqual([world.variables, world.collection.done], [identity, []]);
  });

  for (const [what, mode, records] of [
    ['the user has signed out', 'identity', []],
    ['the setting is off', 'off', [ann]],
  ] as const)
    it(`removes what VS Code has kept when ${what}`, async () => {
      await setMode(mode);
      world = new TerminalWorld([...records], { ...identity, ADOMPKG_TOKEN: 'token-of-ada' });
      await until({});
    });

  it('is kept for the next window only without a token', async () => {
    await setMode('identityAndAdomToken');
    world = new TerminalWorld();
    await world.clock.settle();
    world.haveAllowed('ada');
    world.sessionsAre(ann, ada('ada'));
    assert.equal(world.collection.persistent, false);
    world.sessionsAre(ann);
    assert.equal(world.collection.persistent, true);
  });

  it('is empty by default, without reading stored sessions', async () => {
    world = new TerminalWorld([ann, ada('ada')]);
    await world.clock.settle();
    assert.deepEqual([world.variables, world.loads], [{}, 0]);
  });

  for (const value of ['on', true, 1, null]) {
    it(`is empty for the invalid setting ${String(value)}`, async () => {
      await setMode(value);
      world = new TerminalWorld([ann, ada('ada')]);
      await world.clock.settle();
      assert.deepEqual([world.variables, world.loads], [{}, 0]);
    });
  }

  it('follows the setting', async () => {
    world = new TerminalWorld([ann, ada('ada')]);
    await setMode('identity');
    await until(identity);
    assert.match(world.collection.description ?? '', /^Your identity: /);
    await setMode('identityAndAdomToken');
    await until({ ...identity, ADOMPKG_TOKEN: 'token-of-ada' });
    assert.match(world.collection.description ?? '', /access to Adom: every program/);
    await setMode('identity');
    await until(identity);
    await setMode('off');
    await until({});
  });

  it('is filled at startup when the setting says so', async () => {
    await setMode('identity');
    world = new TerminalWorld([ann]);
    await until(identity);
    assert.equal(world.loads, 1);
  });

  it('follows each sign-in and sign-out immediately', async () => {
    await setMode('identityAndAdomToken');
    world = new TerminalWorld();
    await world.clock.settle();
    world.haveAllowed('ada');
    world.sessionsAre(ann, ada('ada'));
    assert.deepEqual(world.variables, { ...identity, ADOMPKG_TOKEN: 'token-of-ada' });
    world.sessionsAre(ann);
    assert.deepEqual(world.variables, identity);
    world.sessionsAre();
    assert.deepEqual(world.variables, {});
  });

  it('drops Adom’s token when it expires, even after the computer was asleep', async () => {
    await setMode('identityAndAdomToken');
    world = new TerminalWorld();
    await world.clock.settle();
    world.haveAllowed('ada');
    world.sessionsAre(ada('ada', world.clock.now() + HOUR_MS));
    assert.deepEqual(world.variables, { ADOMPKG_TOKEN: 'token-of-ada' });
    await world.clock.advance(60_000);
    assert.deepEqual(world.variables, { ADOMPKG_TOKEN: 'token-of-ada' });
    world.clock.jump(HOUR_MS - 60_000);
    await world.clock.advance(60_000);
    assert.deepEqual(world.variables, {});
    assert.equal(world.clock.pending, 0);
  });

  it('stops the timer of a removed token', async () => {
    await setMode('identityAndAdomToken');
    world = new TerminalWorld();
    await world.clock.settle();
    world.haveAllowed('ada');
    world.sessionsAre(ada('ada', world.clock.now() + HOUR_MS));
    world.sessionsAre(ada('ada', world.clock.now() + HOUR_MS));
    assert.equal(world.clock.pending, 1);
    world.sessionsAre();
    assert.equal(world.clock.pending, 0);
  });

  it('asks for one account after the other and adds only allowed tokens', async () => {
    world = new TerminalWorld([ann, ada('ada')]);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    world.answer = () => promise;
    await setMode('identityAndTokens');
    await until(identity);
    await eventually('the question', () => Promise.resolve(world.asked[0]));
    await world.clock.settle();
    assert.deepEqual(world.variables, identity);
    resolve(true);
    await until({ ...identity, CLAWNET_TOKEN: 'token-of-ann', ADOMPKG_TOKEN: 'token-of-ada' });
    assert.match(world.collection.description ?? '', /access to Sigma Identity, Adom: every program/);
    assert.deepEqual(world.asked, ['Ann (bap-1)', ada('ada').person.accountLabel]);
    world.sessionsAre(ann);
    await until({ ...identity, CLAWNET_TOKEN: 'token-of-ann' });
    world.sessionsAre();
    await until({});
  });

  it('has the identity but no token when the user refuses', async () => {
    world = new TerminalWorld([ann, ada('ada')]);
    world.answer = () => Promise.resolve(false);
    await setMode('identityAndTokens');
    await eventually('both questions', () => Promise.resolve(world.asked[1]));
    await until(identity);
    assert.ok(!world.collection.done.some((what) => what.endsWith('_TOKEN')), world.collection.done.join());
  });

  it('offers to ask, in the focused window only, at startup and after a sign-in', async () => {
    await setMode('identityAndAdomToken');
    world = new TerminalWorld();
    world.isFocused = false;
    await world.clock.settle();
    world.sessionsAre(ann, ada('ada'));
    await until(identity);
    assert.deepEqual([world.asked, world.offered], [[], []]);
    world.isFocused = true;
    world.wantsQuestion = true;
    world.sessionsAre(ann, ada('ada'));
    assert.deepEqual(world.offered, [], 'the sign-in would hide it');
    await world.clock.advance(2_000);
    await until({ ...identity, ADOMPKG_TOKEN: 'token-of-ada' });
    assert.deepEqual([world.asked.length, world.offered.length], [1, 1]);
  });

  it('leaves out Adom’s token in an Adom workspace', async () => {
    world = new TerminalWorld([ann, ada('ada')]);
    world.adomHasToken = true;
    await setMode('identityAndAdomToken');
    await until(identity);
  });

  it('stays empty when the sessions cannot be read', async () => {
    world = new TerminalWorld();
    world.failure = new StoreError('SecretStorage failed');
    await setMode('identity');
    await eventually('the warning', () => Promise.resolve(world.log.lines[0]));
    assert.deepEqual(world.log.lines, ['warn No identity for new terminals: StoreError.']);
    assert.deepEqual(world.variables, {});
  });

  it('says in the log when the editor cannot change it', async () => {
    await setMode('identity');
    world = new TerminalWorld([ann]);
    world.collection.refuses = true;
    await eventually('the warning', () => Promise.resolve(world.log.lines[0]));
    assert.deepEqual(world.log.lines, [
      'warn The variables of new terminals could not be changed: TypeError.',
    ]);
  });

  it('is cleared with the extension', async () => {
    await setMode('identityAndAdomToken');
    world = new TerminalWorld();
    await world.clock.settle();
    world.haveAllowed('ada');
    world.sessionsAre(ann, ada('ada', world.clock.now() + HOUR_MS));
    world.environment.dispose();
    assert.deepEqual([world.variables, world.clock.pending], [{}, 0]);
  });

  it('reaches the shell of a real terminal', async () => {
    world = new TerminalWorld();
    await signIn(1);
    let terminals = 0;
    const seen = async (): Promise<string> => {
      const file = path.join(folder, String(++terminals));
      const terminal = vscode.window.createTerminal();
      try {
        terminal.sendText(printCommand(file));
        return await eventually('the shell', async () => {
          const text = await readFile(file, 'utf8').catch(() => '');
          return text === '' ? undefined : text.trim();
        });
      } finally {
        terminal.dispose();
      }
    };
    assert.equal(await seen(), 'id= key= token=.');
    await setMode('identityAndAdomToken');
    const signedIn =
      'id=438cgZmbzf7eu9svvW9cTXYmC64E key=03fb52fcc848b9c59b9bf1bb09a9ff64f5b2c4e19a2b1a2b8ab12c91fa01920378 token=.';
    await eventually(signedIn, async () => (await seen()) === signedIn || undefined);
    await signOutInMenu('kestrel');
    assert.doesNotMatch(await seen(), /438cgZmbzf7eu9svvW9cTXYmC64E|03fb52fcc848b9c5/);
  });
});
