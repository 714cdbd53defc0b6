import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ServiceProvider } from '../../../src/provider/serviceProvider.ts';
import { SignInError } from '../../../src/provider/signInError.ts';
import type { SignInView } from '../../../src/provider/signInView.ts';
import type { Grant, IdentityService, Waited } from '../../../src/services/service.ts';
import { SessionStore } from '../../../src/sessions/sessionStore.ts';
import { FakeClock } from '../../unit/support/fakeClock.ts';
import { FakeScreen } from '../../unit/support/fakeScreen.ts';
import { FakeSecrets } from '../../unit/support/fakeSecrets.ts';
import { RecordingLog } from '../../unit/support/recordingLog.ts';

const HOUR_MS = 3_600_000;

/** A provider with VS Code's own classes over a service that a test drives. */
class World {
  readonly clock = new FakeClock();
  readonly secrets = new FakeSecrets(this.clock);
  readonly log = new RecordingLog();
  readonly failures: string[] = [];
  readonly revoked: string[] = [];
  readonly events: string[] = [];
  begun = 0;
  reminded = 0;
  account = 'bap-1';
  name = 'Ann';
  cancel: () => void = () => undefined;
  decide: (waited: Waited) => void = () => undefined;
  readonly provider: ServiceProvider;

  constructor() {
    const store = new SessionStore(this.secrets.window(), this.clock, this.log);
    this.provider = new ServiceProvider(this.#service(), store, this.#view(), this.clock, this.log);
    const ids = (sessions: readonly vscode.AuthenticationSession[] = []): string =>
      sessions.map(({ account, scopes }) => `${account.id} ${scopes.join('+')}`).join(', ');
    this.provider.onDidChangeSessions(({ added, removed, changed }) => {
      this.events.push(`added [${ids(added)}] removed [${ids(removed)}] changed [${ids(changed)}]`);
    });
  }

  /** Signs in to the end, with a token that ends after `lifeMs`. */
  async signIn(scopes: string[], lifeMs?: number): Promise<vscode.AuthenticationSession> {
    const session = this.provider.createSession(scopes);
    await this.pending();
    this.approve(lifeMs);
    return session;
  }

  approve(lifeMs?: number): void {
    const grant: Grant = { server: 'https://auth.example', accessToken: `token ${this.begun}` };
    const life = lifeMs === undefined ? {} : { expiresAtMs: this.clock.now() + lifeMs };
    this.decide({ kind: 'granted', grant: { ...grant, ...life } });
  }

  /** Until the service waits for the person. */
  async pending(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }

  #service(): IdentityService {
    return {
      id: 'test',
      label: 'Test',
      purpose: '',
      defaultScopes: [],
      settings: { server: 'test.server' },
      begin: () => {
        this.begun += 1;
        const waited = Promise.withResolvers<Waited>();
        this.decide = waited.resolve;
        const pending = {
          userCode: 'CODE',
          browserUri: 'https://auth.example/device',
          deadlineMs: this.clock.now() + HOUR_MS,
          wait: (signal: AbortSignal) => {
            signal.addEventListener('abort', () => {
              waited.reject(signal.reason);
            });
            return waited.promise;
          },
        };
        return Promise.resolve({ kind: 'pending', pending });
      },
      identify: (grant) => {
        const { account, name } = this;
        const person = { accountId: account, accountLabel: `${name} (${account})`, subject: 'user', name };
        return Promise.resolve({ kind: 'identified', person, grant });
      },
      revoke: ({ accessToken }) => {
        this.revoked.push(accessToken);
        return Promise.resolve();
      },
    };
  }

  #view(): SignInView {
    return {
      show: (_service, flow) => {
        const cancel = new AbortController();
        this.cancel = () => {
          cancel.abort();
        };
        return flow(new FakeScreen(this.clock), cancel.signal);
      },
      failed: ({ message }) => this.failures.push(message),
      remind: () => (this.reminded += 1),
    };
  }
}

describe('the provider', () => {
  it('gives a session back with the array that was asked for, and finds it by its scopes in any order', async () => {
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

  it('joins a sign-in for the same scopes that is under way', async () => {
    const world = new World();
    const first = world.provider.createSession(['a', 'b']);
    const second = world.provider.createSession(['b', 'a']);
    await world.pending();
    world.approve();
    assert.equal((await first).id, (await second).id);
    assert.deepEqual([world.begun, world.reminded, world.events.length], [1, 1, 1]);
  });

  it('throws VS Code’s own error when the person cancels, and tells of no failure', async () => {
    const world = new World();
    const session = world.provider.createSession(['a']);
    await world.pending();
    world.cancel();
    await assert.rejects(session, vscode.CancellationError);
    assert.deepEqual([world.failures, world.events, world.secrets.stored.size], [[], [], 0]);
    assert.equal((await world.signIn(['a'])).accessToken, 'token 2');
  });

  it('renews the session of an identity that signs in again, under the label that consent is kept by', async () => {
    const world = new World();
    const first = await world.signIn(['a']);
    world.name = 'Ann Smith';
    const again = await world.signIn(['a']);
    assert.deepEqual([again.id, again.account.label], [first.id, 'Ann (bap-1)']);
    assert.notEqual(again.accessToken, first.accessToken);
    assert.deepEqual(world.events.slice(1), ['added [] removed [] changed [bap-1 a]']);
  });

  it('removes a session once, however often and in parallel, and names the siblings that stay', async () => {
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

  it('ends what could not be stored, and says so', async () => {
    const world = new World();
    world.secrets.writeFailure = new Error('keyring locked');
    await assert.rejects(world.signIn(['a']), SignInError);
    assert.match(world.failures.join(), /could not be stored.*Unlock your system’s keyring/);
    assert.deepEqual([world.revoked, world.events], [['token 1'], []]);
    assert.deepEqual(await world.provider.getSessions(undefined), []);
  });

  it('says so when a session stays in storage that the person signed out of', async () => {
    const world = new World();
    const session = await world.signIn(['a']);
    world.secrets.writeFailure = new Error('keyring locked');
    await assert.rejects(world.provider.removeSession(session.id), SignInError);
    assert.match(world.failures.join(), /could not be deleted/);
    assert.deepEqual(await world.provider.getSessions(['a']), []);
    assert.deepEqual(world.revoked, ['token 1']);
  });

  it('tells of a failure once', async () => {
    const world = new World();
    const session = world.provider.createSession(['a']);
    await world.pending();
    world.decide({ kind: 'failed', failure: { kind: 'denied' } });
    await assert.rejects(session, SignInError);
    assert.equal(world.failures.length, 1);
  });

  it('hands out no session past its end, less a minute, and tells of it once', async () => {
    const world = new World();
    await world.signIn(['a'], HOUR_MS);
    world.clock.jump(HOUR_MS - 60_001);
    assert.equal((await world.provider.getSessions(['a'])).length, 1);
    world.clock.jump(1);
    assert.deepEqual(await world.provider.getSessions(['a']), []);
    assert.deepEqual(await world.provider.getSessions(undefined), []);
    assert.deepEqual(world.events.slice(1), ['added [] removed [bap-1 a] changed []']);
    assert.equal(world.secrets.stored.size, 0);
  });

  it('takes an entry without scopes out of the Accounts menu, by the one empty scope VS Code knows it by', async () => {
    const world = new World();
    const heard: unknown[] = [];
    world.provider.onDidChangeSessions(({ added }) => heard.push(added?.[0]?.scopes));
    assert.deepEqual((await world.signIn([])).scopes, []);
    assert.deepEqual(heard, [['']]);
  });
});
