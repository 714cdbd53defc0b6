import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { BapIdentityApi } from '../../../src/api.ts';
import { createIdentityApi } from '../../../src/provider/identityApi.ts';
import { allAccounts, knownAccounts, usableAccounts } from '../../../src/accounts/accountPicker.ts';
import { labelAt } from '../../servers/accountLabel.ts';
import {
  accounts,
  eventually,
  localServer,
  requests,
  signIn,
  signOutInMenu,
  useLocalServer,
  useServer,
} from './user.ts';
import { World } from './world.ts';

const STAGING = 'https://staging.example';

/** Changes the setting, as the user would. */
function set(world: World, server: string): void {
  world.server = server;
  world.sessions.followSettings();
}

describe('sessions of a server that is not configured', () => {
  it('are removed from VS Code and rejected by the API', async () => {
    const world = new World();
    const { api } = createIdentityApi(world.sessions, world.shared, world.runtime);
    const heard: string[] = [];
    api.onDidChangeIdentity(({ kind, account }) => heard.push(`${kind} ${account.id}`));
    const [a] = [await world.signIn(['a']), await world.signIn(['b'])];
    world.events.length = heard.length = 0;
    const { server } = world;

    set(world, STAGING);
    assert.deepEqual(world.events.splice(0), [
      'added [] removed [bap-1 a] changed [bap-1 b]',
      'added [] removed [bap-1 b] changed []',
    ]);
    assert.deepEqual(heard.splice(0), ['changed bap-1', 'removed bap-1']);
    assert.deepEqual(await world.provider.getSessions(undefined), []);
    await assert.rejects(api.getIdentity(a), { name: 'IdentityError', code: 'unknownSession' });
    assert.equal(await api.verifySession(a), false);

    set(world, server);
    assert.deepEqual(world.events.splice(0), [
      'added [bap-1 a] removed [] changed []',
      'added [bap-1 b] removed [] changed []',
    ]);
    assert.deepEqual(heard.splice(0), ['added bap-1', 'changed bap-1']);
    assert.equal((await world.provider.getSessions(undefined)).length, 2);
    assert.equal((await api.getIdentity(a)).name, 'Ann');
    assert.deepEqual(world.revoked, []);
  });

  it('are separate from the same user’s sessions on another server', async () => {
    const world = new World();
    const here = await world.signIn(['a']);
    set(world, STAGING);
    const there = await world.signIn(['a']);
    assert.notEqual(there.id, here.id);
    assert.deepEqual(there.account, { id: `${STAGING} bap-1`, label: labelAt(STAGING, 'Ann (bap-1)') });
    assert.deepEqual(await world.provider.getSessions(['a'], { account: here.account }), []);
    assert.equal((await world.provider.getSessions(['a'], { account: there.account }))[0]?.id, there.id);
    assert.deepEqual(world.revoked, []);
  });

  it('are listed with their server, in Sign Out and Show Identity only', async () => {
    const world = new World();
    await world.signIn(['a']);
    set(world, STAGING);
    const providers = [world.provider];
    const detail = 'Not in use: your settings point to a server other than auth.example.';
    for (const items of [await allAccounts(providers), await knownAccounts(providers)])
      assert.deepEqual(
        items.map((item) => [item.label, item.detail]),
        [['Ann (bap-1)', detail]],
      );
    assert.deepEqual(await usableAccounts(providers), []);
  });
});

describe('changing the server setting', () => {
  before(useLocalServer);

  it('removes and restores the account without a request', async () => {
    await signIn(0);
    const api = vscode.extensions.getExtension<BapIdentityApi>('bap-identity.bap-authentication')?.exports;
    assert.ok(api);
    const heard: string[] = [];
    const listeners = [
      vscode.authentication.onDidChangeSessions(({ provider }) => heard.push(`VS Code ${provider.id}`)),
      api.onDidChangeIdentity(({ kind, account }) => heard.push(`${kind} ${account.label}`)),
    ];
    const before = await requests();
    const label = labelAt(localServer(), 'satoshi (3DgKFHRq8n2RDjF4dZEyncXVc1Rf)');

    const change = async (server: string | undefined, kind: string, left: string[]): Promise<void> => {
      heard.length = 0;
      await useServer(server);
      await eventually('both events', () => Promise.resolve(new Set(heard).size > 1 || undefined));
      assert.deepEqual(new Set(heard), new Set([`${kind} ${label}`, 'VS Code sigma-identity']));
      assert.deepEqual(await accounts(), left);
    };
    for (const other of [STAGING, 'no address', undefined]) {
      await change(other, 'removed', []);
      await change(localServer(), 'added', [label]);
    }

    assert.deepEqual(await requests(), before);
    for (const listener of listeners) listener.dispose();
    await signOutInMenu('satoshi');
  });
});
