import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import { SignInError } from '../../../src/signIn/signInUi.ts';
import { HOUR_MS, World } from './world.ts';

describe('the provider', () => {
  it('returns the caller’s scopes array, and finds sessions by scopes in any order', async () => {
    const world = new World();
    const scopes = ['profile', 'openid'];
    const session = await world.signIn(scopes);
    assert.equal(session.scopes, scopes);
    const asked = ['openid', 'profile'];
    const [found] = await world.provider.getSessions(asked);
    assert.ok(found);
    assert.equal(found.id, session.id);
    assert.equal(found.scopes, asked);
    assert.deepEqual(await world.provider.getSessions(['openid']), []);
    assert.deepEqual(await world.provider.getSessions(asked, { account: { id: 'other', label: '' } }), []);
    assert.deepEqual(world.events, ['added [bap-1 profile+openid] removed [] changed []']);
  });

  it('gives the ID token with the session, and the scopes as requested', async () => {
    const world = new World();
    const asked = world.provider.createSession(['openid', 'email']);
    await world.pending();
    const grant = { server: world.server, accessToken: 'token', idToken: 'e30.e30.c2ln', scopes: ['openid'] };
    world.decide({ kind: 'granted', grant });
    const { id, account } = await asked;
    const session = {
      id,
      account,
      accessToken: 'token',
      idToken: 'e30.e30.c2ln',
      scopes: ['openid', 'email'],
    };
    assert.deepEqual(await asked, session);
    assert.deepEqual(await world.provider.getSessions(['openid', 'email']), [session]);
    assert.ok(!('idToken' in (await world.signIn(['openid']))), 'only where the service grants one');
  });

  it('joins a running sign-in for the same scopes', async () => {
    const world = new World();
    const first = world.provider.createSession(['a', 'b']);
    const second = world.provider.createSession(['b', 'a']);
    await world.pending();
    world.approve();
    assert.equal((await first).id, (await second).id);
    assert.deepEqual([world.begun, world.reminded, world.events.length], [1, 1, 1]);
    assert.deepEqual(world.told, ['Ann'], 'it is said once');
  });

  it('throws VS Code’s CancellationError on Cancel and shows no failure', async () => {
    const world = new World();
    const session = world.provider.createSession(['a']);
    await world.pending();
    world.cancel();
    await assert.rejects(session, vscode.CancellationError);
    assert.deepEqual([world.failures, world.events, world.storage.stored.size], [[], [], 0]);
    assert.equal((await world.signIn(['a'])).accessToken, 'token 2');
  });

  it('renews the session when an identity signs in again, and keeps the label that consent is tied to', async () => {
    const world = new World();
    const first = await world.signIn(['a']);
    world.name = 'Ann Smith';
    const again = await world.signIn(['a']);
    assert.deepEqual([again.id, again.account.label], [first.id, 'Ann (bap-1)']);
    assert.notEqual(again.accessToken, first.accessToken);
    assert.deepEqual(world.events.slice(1), ['added [] removed [] changed [bap-1 a]']);
  });

  it('removes a session once for parallel calls, and announces the remaining accounts', async () => {
    const world = new World();
    const session = await world.signIn(['a']);
    await world.signIn(['b']);
    world.account = 'bap-2';
    await world.signIn(['a']);
    const removals = Array.from({ length: 3 }, () => world.provider.removeSession(session.id));
    await Promise.all([...removals, world.provider.removeSession('unknown')]);
    assert.deepEqual(world.events.slice(3), ['added [] removed [bap-1 a] changed [bap-1 b]']);
    assert.deepEqual(world.revoked, ['token 1']);
    assert.equal((await world.provider.getSessions(undefined)).length, 2);
  });

  it('keeps a session in memory that could not be stored, and returns it', async () => {
    const world = new World();
    world.storage.writeFailure = new Error('keyring locked');
    const session = await world.signIn(['a']);
    assert.deepEqual([world.failures, world.revoked], [[], []]);
    assert.deepEqual(await world.provider.getSessions(['a']), [session]);
  });

  it('lets a sign-in follow when the sessions cannot be read, and returns it', async () => {
    const world = new World(new Error('locked'));
    assert.deepEqual(await world.provider.getSessions(['a']), []);
    const session = await world.signIn(['a']);
    assert.deepEqual(await world.provider.getSessions(['a']), [session]);
  });

  it('reports a session that could not be deleted from storage', async () => {
    const world = new World();
    const session = await world.signIn(['a']);
    world.storage.writeFailure = new Error('keyring locked');
    await assert.rejects(world.provider.removeSession(session.id), SignInError);
    assert.match(world.failures.join(), /couldn’t be deleted/);
    assert.deepEqual(await world.provider.getSessions(['a']), []);
    assert.deepEqual(world.revoked, ['token 1']);
  });

  it('shows a failure once', async () => {
    const world = new World();
    const session = world.provider.createSession(['a']);
    await world.pending();
    world.decide({ kind: 'failed', failure: { kind: 'denied' } });
    await assert.rejects(session, SignInError);
    assert.equal(world.failures.length, 1);
  });

  it('returns no session that is about to expire or expired, and fires one event', async () => {
    const world = new World();
    await world.signIn(['a'], HOUR_MS);
    world.clock.jump(HOUR_MS - 60_001);
    assert.equal((await world.provider.getSessions(['a'])).length, 1);
    world.clock.jump(1);
    assert.deepEqual(await world.provider.getSessions(['a']), []);
    assert.deepEqual(await world.provider.getSessions(undefined), []);
    assert.deepEqual(world.events.slice(1), ['added [] removed [bap-1 a] changed []']);
  });

  it('reuses the session when its identity signs in again after it expired', async () => {
    const world = new World();
    const first = await world.signIn(['a'], HOUR_MS);
    world.clock.jump(HOUR_MS);
    assert.deepEqual(await world.provider.getSessions(undefined), []);
    world.name = 'Ann Smith';
    const again = await world.signIn(['a'], HOUR_MS);
    assert.deepEqual([again.id, again.account], [first.id, first.account]);
    assert.equal(world.events.at(-1), 'added [bap-1 a] removed [] changed []');
    assert.equal((await world.provider.getSessions(undefined)).length, 1);
  });

  it('resolves a waiting sign-in when another window completes the same sign-in', async () => {
    const world = new World();
    const other = world.openWindow();
    await Promise.all([world.provider, other].map((provider) => provider.getSessions(undefined)));
    const here = world.provider.createSession(['a', 'b']);
    const forOther = world.provider.createSession(['a', 'b'], { account: { id: 'bap-9', label: '' } });
    const otherScopes = world.provider.createSession(['a']);
    await world.pending();
    const cancelOthers = world.cancel;
    const there = other.createSession(['b', 'a']);
    await world.pending();
    world.approve();
    assert.equal((await here).id, (await there).id);
    assert.deepEqual((await here).scopes, ['a', 'b']);
    assert.deepEqual(world.told, ['Ann'], 'it is said in the window of the sign-in alone');
    assert.deepEqual([world.failures, world.revoked], [[], []]);
    // Sign-ins for another account or other scopes continue.
    const settled: string[] = [];
    void forOther.catch(() => settled.push('other account'));
    void otherScopes.catch(() => settled.push('other scopes'));
    await world.pending();
    assert.deepEqual(settled, []);
    cancelOthers();
    await assert.rejects(otherScopes, vscode.CancellationError);
  });

  it('distinguishes a sign-in in another window from a renewal without using the clock', async () => {
    const world = new World();
    const { id, account } = await world.signIn(['a']);
    world.clock.jump(-1_000);
    const settled: string[] = [];
    const here = world.provider.createSession(['a'], { account });
    void here.then(({ accessToken }) => settled.push(accessToken));
    await world.pending();
    const { store } = world.sessions;
    const record = store.liveSession(id);
    assert.ok(record);
    const version = { ...record.version, revision: 1 };
    await store.replace({ ...record, version, grant: { ...record.grant, accessToken: 'renewed' } });
    await world.pending();
    assert.deepEqual(settled, []);
    world.clock.jump(-HOUR_MS);
    const there = world.openWindow().createSession(['a']);
    await world.pending();
    world.approve();
    assert.equal((await here).accessToken, (await there).accessToken);
  });

  it('returns a session that takes too long to store after a minute, and stores it later', async () => {
    const world = new World();
    world.storage.writeMs = 70_000; // as when the keyring asks for its password
    const signingIn = world.signIn(['a']);
    await world.pending();
    const session = await world.clock.run(signingIn);
    assert.deepEqual(world.revoked, []);
    await world.clock.advance(200_000);
    assert.deepEqual(await world.provider.getSessions(['a']), [session]);
    assert.match([...world.storage.stored.values()].join(), /token 1/);
  });

  it('explains that the sessions cannot be read', async () => {
    const world = new World(new Error('locked'));
    await assert.rejects(
      world.provider.getSessions(undefined),
      /Unlock your system’s keyring, then try again/,
    );
    assert.ok(world.log.lines.some((line) => line.includes('StoreError')));
  });

  it('removes a scopeless Accounts menu entry, which VS Code gives one empty scope', async () => {
    const world = new World();
    const heard: unknown[] = [];
    world.provider.onDidChangeSessions(({ added }) => heard.push(added?.[0]?.scopes));
    assert.deepEqual((await world.signIn([])).scopes, []);
    assert.deepEqual(heard, [['']]);
  });
});
