import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import { identityAnswer } from '../../../src/sharing/agent/answer.ts';
import { terminalVariables } from '../../../src/sharing/terminal/variables.ts';
import { SignInError } from '../../../src/signIn/signInUi.ts';
import { HOUR_MS, World } from './world.ts';

/** A world with identities that have signed in, in this order. */
async function signedIn(...accounts: string[]): Promise<World> {
  const world = new World();
  for (const account of accounts) {
    world.account = account;
    await world.signIn(['a']);
  }
  return world;
}

const idsOf = (sessions: readonly vscode.AuthenticationSession[]): string[] =>
  sessions.map(({ account }) => account.id);

describe('the provider without tokens', () => {
  it('has no session before an extension asks', async () => {
    const world = await signedIn('bap-1');
    assert.deepEqual(await world.bapIdentity.getSessions([]), []);
    assert.deepEqual(await world.bapIdentity.getSessions(undefined), []);
  });

  it('gives the account of the only identity without a question, and no token', async () => {
    const world = await signedIn('bap-1');
    const [behind] = await world.provider.getSessions(['a']);
    assert.ok(behind);
    const scopes: string[] = [];
    const session = await world.bapIdentity.createSession(scopes);
    assert.deepEqual(session.account, { id: 'bap-1', label: 'Ann (bap-1)' });
    assert.equal(session.scopes, scopes);
    assert.notEqual(session.id, behind.id);
    assert.ok(!JSON.stringify(session).includes(behind.accessToken));
    assert.ok(!JSON.stringify([behind]).includes(session.accessToken));
    assert.deepEqual([world.asked, world.begun], [[], 1]);
    assert.deepEqual(await world.bapIdentity.getSessions([]), [session]);
  });

  it('answers from memory, without the network, also while a session waits for its renewal', async () => {
    const world = await signedIn('bap-1');
    const session = await world.bapIdentity.createSession([]);
    world.storage.readFailure = world.identities.readFailure = new Error('storage must not be read');
    world.verdict = 'rejected';
    assert.deepEqual(await world.bapIdentity.getSessions([]), [session]);
  });

  it('lets the user choose from several, the latest sign-in first', async () => {
    const world = await signedIn('bap-1', 'bap-2', 'bap-3');
    world.answer = (records) => Promise.resolve(records[1] ?? 'cancel');
    assert.equal((await world.bapIdentity.createSession([])).account.id, 'bap-2');
    assert.deepEqual(world.asked, [['bap-3', 'bap-2', 'bap-1']]);
    assert.deepEqual(idsOf(await world.bapIdentity.getSessions(undefined)), ['bap-2']);
  });

  it('gives nothing when the user cancels', async () => {
    const world = await signedIn('bap-1', 'bap-2');
    await assert.rejects(world.bapIdentity.createSession([]), vscode.CancellationError);
    assert.deepEqual([await world.bapIdentity.getSessions([]), world.failures], [[], []]);
  });

  it('gives the account that the extension names, and no other', async () => {
    const world = await signedIn('bap-1', 'bap-2');
    const account = { id: 'bap-1', label: '' };
    const session = await world.bapIdentity.createSession([], { account });
    assert.deepEqual([session.account.id, world.asked], ['bap-1', []]);
    world.clock.jump(1_000);
    await assert.rejects(world.bapIdentity.createSession([], { account }), vscode.CancellationError);
    assert.deepEqual(world.asked, [['bap-2', 'bap-1']], 'it asks for a new session, so the user picks anew');
    assert.deepEqual(await world.bapIdentity.getSessions([], { account }), [session]);
    assert.deepEqual(await world.bapIdentity.getSessions([], { account: { id: 'bap-2', label: '' } }), []);
  });

  it('lets the user choose anew, or sign in with another identity, when one is shared already', async () => {
    const world = await signedIn('bap-1');
    await world.bapIdentity.createSession([]);
    world.clock.jump(1_000);
    world.answer = () => Promise.resolve('another');
    world.account = 'bap-2';
    const another = world.bapIdentity.createSession([]);
    await world.pending();
    world.approve();
    assert.equal((await another).account.id, 'bap-2');
    assert.deepEqual(world.asked, [['bap-1']]);
    assert.deepEqual(idsOf(await world.bapIdentity.getSessions([])), ['bap-2', 'bap-1']);
  });

  it('needs one answer for extensions that ask at the same moment', async () => {
    const world = await signedIn('bap-1', 'bap-2');
    world.answer = async (records) => {
      await world.pending();
      return records[0] ?? 'cancel';
    };
    const both = [world.bapIdentity.createSession([]), world.bapIdentity.createSession([])];
    const [one, two] = await Promise.all(both);
    assert.deepEqual(one, two);
    assert.deepEqual(await world.bapIdentity.createSession([]), one);
    assert.deepEqual([world.asked.length, world.reminded], [1, 1]);
    world.clock.jump(1_000);
    await world.bapIdentity.createSession([]);
    assert.equal(world.asked.length, 2);
  });

  it('runs an ordinary sign-in when no identity is signed in', async () => {
    const world = new World();
    const session = world.bapIdentity.createSession([]);
    await world.pending();
    world.approve();
    assert.equal((await session).account.id, 'bap-1');
    assert.deepEqual([world.told, world.asked], [['Ann'], []]);
    assert.equal((await world.provider.getSessions(undefined)).length, 1);
  });

  it('is canceled with that sign-in', async () => {
    const world = new World();
    const session = world.bapIdentity.createSession([]);
    await world.pending();
    world.cancel();
    await assert.rejects(session, vscode.CancellationError);
    assert.deepEqual(await world.bapIdentity.getSessions([]), []);
  });

  it('says so when a sign-in brings no identity', async () => {
    const world = new World();
    world.hasIdentity = false;
    const session = world.bapIdentity.createSession([]);
    await world.pending();
    world.approve();
    await assert.rejects(
      session,
      (error) => error instanceof SignInError && error.message.includes('without a BAP identity'),
    );
    assert.equal((await world.provider.getSessions(undefined)).length, 1, 'the user is signed in');
  });

  it('has no scopes, and says so', async () => {
    const world = await signedIn('bap-1');
    await world.bapIdentity.createSession([]);
    assert.deepEqual(await world.bapIdentity.getSessions(['openid']), []);
    await assert.rejects(world.bapIdentity.createSession(['openid']), /BAP Identity has no scopes/);
    assert.match(world.failures.join(), /BAP Identity has no scopes/);
  });

  it('tells VS Code what it adds and removes', async () => {
    const world = await signedIn('bap-1');
    const heard: string[] = [];
    world.bapIdentity.onDidChangeSessions(({ added = [], removed = [], changed = [] }) => {
      const scopes = added.map((session) => JSON.stringify(session.scopes));
      heard.push([...scopes, ...idsOf(added), '-', ...idsOf(removed), '~', ...idsOf(changed)].join(' '));
    });
    const { id } = await world.bapIdentity.createSession([]);
    await world.bapIdentity.removeSession(id);
    // VS Code stores an empty list of scopes as one empty scope.
    assert.deepEqual(heard, ['[""] bap-1 - ~', '- bap-1 ~']);
  });

  it('takes the identity alone back, for all extensions, also by calls at the same moment', async () => {
    const world = await signedIn('bap-1');
    const { id } = await world.bapIdentity.createSession([]);
    await Promise.all([id, id, 'unknown'].map((each) => world.bapIdentity.removeSession(each)));
    assert.deepEqual(await world.bapIdentity.getSessions(undefined), []);
    assert.equal((await world.provider.getSessions(['a'])).length, 1);
    assert.deepEqual([world.revoked, world.failures], [[], []]);
  });

  it('says so when that could not be stored', async () => {
    const world = await signedIn('bap-1');
    const { id } = await world.bapIdentity.createSession([]);
    world.identities.writeFailure = new Error('keyring locked');
    await assert.rejects(world.bapIdentity.removeSession(id), SignInError);
    assert.match(world.failures.join(), /no longer get your identity, but the change couldn’t be saved/);
    assert.deepEqual(await world.bapIdentity.getSessions([]), []);
  });

  it('loses it with the session behind it', async () => {
    const world = await signedIn('bap-1');
    await world.bapIdentity.createSession([]);
    const [behind] = await world.provider.getSessions(['a']);
    assert.ok(behind);
    await world.provider.removeSession(behind.id);
    assert.deepEqual(await world.bapIdentity.getSessions([]), []);
  });

  it('does not hand out an identity whose session has expired', async () => {
    const world = new World();
    await world.signIn(['a'], HOUR_MS);
    await world.bapIdentity.createSession([]);
    world.clock.jump(HOUR_MS);
    assert.deepEqual(await world.bapIdentity.getSessions([]), []);
  });

  it('lets a sign-in follow when the sessions cannot be read, and keeps its identity in memory', async () => {
    const world = new World(new Error('locked'));
    world.identities.readFailure = world.identities.writeFailure = new Error('locked');
    assert.deepEqual(await world.bapIdentity.getSessions([]), []);
    await assert.rejects(world.bapIdentity.getSessions(undefined), /can’t be read right now/);
    const asking = world.bapIdentity.createSession([]);
    await world.pending();
    world.approve();
    const session = await asking;
    assert.deepEqual(await world.bapIdentity.getSessions([]), [session]);
  });

  it('tells the same identity as the tool for agents and as terminals do', async () => {
    const world = await signedIn('bap-1', 'bap-2');
    world.answer = ([first]) => Promise.resolve(first ?? 'cancel');
    const { account } = await world.bapIdentity.createSession([]);
    const records = world.sessions.usable();
    const rules = { services: [], answer: () => undefined, adomHasToken: false };
    assert.equal(terminalVariables('identity', records, rules).values.BAP_ID, account.id);
    const services = [{ id: 'sigma-identity', label: 'Sigma Identity' }];
    const [told = ''] = identityAnswer({}, services, records);
    assert.equal((JSON.parse(told) as { bapId: string }[])[0]?.bapId, account.id);
  });
});
