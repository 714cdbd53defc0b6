import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { BapIdentityApi, IdentityError } from '../../../src/api.ts';
import { createIdentityApi } from '../../../src/provider/identityApi.ts';
import { HOUR_MS, World } from './world.ts';

class ApiWorld extends World {
  readonly heard: string[] = [];
  readonly api: BapIdentityApi;

  constructor(readFailure?: Error) {
    super(readFailure);
    this.api = createIdentityApi(this.sessions, this.shared, this.runtime).api;
    this.api.onDidChangeIdentity(({ kind, provider, account }) => {
      this.heard.push(`${kind} ${provider} ${account.id}`);
    });
  }

  /** The session of an extension that has asked only who the user is. */
  async withoutKeys(): Promise<vscode.AuthenticationSession> {
    await this.signIn(['a']);
    return this.bapIdentity.createSession([]);
  }

  async refused(session: unknown): Promise<void> {
    const typed: Pick<IdentityError, 'name' | 'code'> = { name: 'IdentityError', code: 'unknownSession' };
    await assert.rejects(this.api.getIdentity(session as vscode.AuthenticationSession), typed);
    assert.equal(await this.api.verifySession(session as vscode.AuthenticationSession), false);
  }
}

/** An object from another extension that throws on every access. */
function throwing(): unknown {
  return Object.defineProperty({}, 'id', {
    get: () => {
      throw new Error('read');
    },
  });
}

describe('the public API', () => {
  it('is what activate returns', async () => {
    const extension = vscode.extensions.getExtension<BapIdentityApi>('bap-identity.bap-authentication');
    const api = await extension?.activate();
    assert.deepEqual(Object.keys(api ?? {}), [
      'apiVersion',
      'getIdentity',
      'verifySession',
      'onDidChangeIdentity',
    ]);
    assert.equal(api?.apiVersion, 1);
    assert.ok(Object.isFrozen(api));
  });

  it('returns a session’s identity from memory, as frozen data', async () => {
    const world = new ApiWorld();
    const session = await world.signIn(['a']);
    world.storage.readFailure = new Error('storage must not be read');
    world.verdict = 'rejected';
    const identity = await world.api.getIdentity(session);
    assert.deepEqual(identity, {
      provider: 'sigma-identity',
      server: 'https://auth.example',
      subject: 'user',
      name: 'Ann',
      email: 'ann@example.com',
      bap: { bapId: 'bap-1', rootAddressProven: false },
    });
    assert.ok(Object.isFrozen(identity) && Object.isFrozen(identity.bap));
    assert.notEqual(await world.api.getIdentity(session), identity);
  });

  it('rejects a forged session, because only the token proves consent', async () => {
    const world = new ApiWorld();
    const session = await world.signIn(['a']);
    const forged = [
      { ...session, accessToken: '' },
      { ...session, accessToken: 'token 2' },
      { ...session, id: 'other' },
      { ...session, id: '__proto__' },
      { id: session.id },
      { accessToken: session.accessToken },
      undefined,
      null,
      session.id,
      [],
      throwing(),
    ];
    for (const each of forged) await world.refused(each);
    assert.ok(
      !JSON.stringify([world.heard, await world.api.getIdentity(session)]).includes(session.accessToken),
    );
    assert.ok(!world.heard.join().includes(session.id), 'an event names the session');
  });

  it('rejects a session before the sign-in, and during and after the sign-out', async () => {
    const world = new ApiWorld();
    await world.refused({ id: 'none', accessToken: 'none' });
    const session = await world.signIn(['a']);
    world.storage.writeMs = 1_000;
    const leaving = world.provider.removeSession(session.id);
    await world.pending();
    await world.refused(session);
    await world.clock.run(leaving);
    await world.refused(session);
    assert.deepEqual(world.heard, ['added sigma-identity bap-1', 'removed sigma-identity bap-1']);
  });

  it('rejects an expired session and a replaced token', async () => {
    const world = new ApiWorld();
    const old = await world.signIn(['a'], HOUR_MS);
    const renewed = await world.signIn(['a'], HOUR_MS);
    await world.refused(old);
    assert.equal((await world.api.getIdentity(renewed)).name, 'Ann');
    world.clock.jump(HOUR_MS);
    await world.provider.getSessions(undefined);
    await world.refused(renewed);
    assert.deepEqual(
      world.heard.map((each) => each.split(' ')[0]),
      ['added', 'changed', 'removed'],
    );
  });

  it('fires `added` with an account’s first session and `removed` with its last', async () => {
    const world = new ApiWorld();
    const [first, second] = [await world.signIn(['a']), await world.signIn(['b'])];
    await world.provider.removeSession(first.id);
    await world.provider.removeSession(second.id);
    assert.deepEqual(
      world.heard.map((each) => each.split(' ')[0]),
      ['added', 'changed', 'changed', 'removed'],
    );
  });

  it('rejects with `unavailable` when the sessions cannot be read', async () => {
    const world = new ApiWorld(new Error('locked'));
    const session = { id: 'a', accessToken: 'token', account: { id: '', label: '' }, scopes: [] };
    const typed: Pick<IdentityError, 'name' | 'code'> = { name: 'IdentityError', code: 'unavailable' };
    await assert.rejects(world.api.getIdentity(session), typed);
    assert.equal(await world.api.verifySession(session), true);
  });

  for (const verdict of ['valid', 'unknown'] as const) {
    it(`keeps a session whose verdict is ${verdict}`, async () => {
      const world = new ApiWorld();
      const session = await world.signIn(['a']);
      world.verdict = verdict;
      assert.equal(await world.api.verifySession(session), true);
      assert.equal((await world.provider.getSessions(['a'])).length, 1);
    });
  }

  it('ends a session that the service rejects', async () => {
    const world = new ApiWorld();
    const session = await world.signIn(['a']);
    world.verdict = 'rejected';
    assert.equal(await world.api.verifySession(session), false);
    assert.deepEqual(await world.provider.getSessions(['a']), []);
    assert.equal(world.heard.at(-1), 'removed sigma-identity bap-1');
    await world.refused(session);
  });

  describe('for a session without a token', () => {
    it('tells the same identity, without the email address', async () => {
      const world = new ApiWorld();
      const handle = await world.withoutKeys();
      const [session] = await world.provider.getSessions(['a']);
      assert.ok(session);
      const { email, ...identity } = await world.api.getIdentity(session);
      assert.equal(email, 'ann@example.com');
      assert.deepEqual(await world.api.getIdentity(handle), identity);
    });

    it('rejects a handle with another ID or text, and a mix of it and a token', async () => {
      const world = new ApiWorld();
      const handle = await world.withoutKeys();
      const [session] = await world.provider.getSessions(['a']);
      assert.ok(session);
      for (const forged of [
        { ...handle, accessToken: '' },
        { ...handle, accessToken: session.accessToken },
        { ...session, accessToken: handle.accessToken },
        { ...handle, id: handle.accessToken },
      ])
        await world.refused(forged);
    });

    it('verifies the session behind it, and rejects both once the service does', async () => {
      const world = new ApiWorld();
      const handle = await world.withoutKeys();
      for (const verdict of ['valid', 'unknown'] as const) {
        world.verdict = verdict;
        assert.equal(await world.api.verifySession(handle), true);
      }
      world.verdict = 'rejected';
      assert.equal(await world.api.verifySession(handle), false);
      await world.refused(handle);
      assert.deepEqual(await world.bapIdentity.getSessions([]), []);
    });

    it('tells of it apart from the account at its service', async () => {
      const world = new ApiWorld();
      const { id } = await world.withoutKeys();
      await world.bapIdentity.removeSession(id);
      assert.deepEqual(world.heard, [
        'added sigma-identity bap-1',
        'added bap-identity bap-1',
        'removed bap-identity bap-1',
      ]);
    });
  });
});
