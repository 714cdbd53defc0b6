import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import { StoreError } from '../../../src/sessions/storedSessions.ts';
import { contactedUrl, McpDefinitions } from '../../../src/sharing/mcp/definitions.ts';
import { McpChoices } from '../../../src/sharing/mcp/choices.ts';
import { type McpServer, readServers } from '../../../src/sharing/mcp/servers.ts';
import { FakeMemento } from '../../unit/support/fakeMemento.ts';
import { HOUR_MS, World } from './world.ts';

const tools: McpServer = { label: 'Tools', url: 'https://tools.example/mcp', provider: 'sigma-identity' };
const others: McpServer = { ...tools, label: 'Others', url: 'https://others.example/mcp' };
const moved: McpServer = { ...tools, url: 'https://evil.example/mcp' };

/** VS Code's side of the definitions, with consent for the newest session. */
class McpWorld {
  readonly world = new World();
  readonly choices = new McpChoices(new FakeMemento(), () => {
    this.definitions.update();
  });
  servers: McpServer[] = [tools];
  /** The server's response to the first request with a token. */
  answer: () => Response | Promise<Response> = () => new Response(null, { status: 400 });
  failure: Error | undefined;
  changes = 0;
  readonly told: string[] = [];
  readonly requests: string[] = [];
  /** How old a verification could be each time that a token was wanted. */
  readonly maxAgesMs: (number | undefined)[] = [];
  readonly definitions: McpDefinitions;

  constructor() {
    const { sessions, runtime } = this.world;
    const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
      this.requests.push(`${String(url)} ${new Headers(init.headers).get('authorization') ?? ''}`);
      return this.answer();
    };
    const verifiedSession = (server: McpServer, maxAgeMs?: number) => {
      this.maxAgesMs.push(maxAgeMs);
      if (this.failure !== undefined) return Promise.reject(this.failure);
      const chosen = this.choices.sessionIdFor(server);
      return Promise.resolve(sessions.usable().find(({ id }) => id === chosen));
    };
    this.definitions = new McpDefinitions(
      {
        http: { fetch, clock: runtime.clock, log: runtime.log },
        sessions,
        choices: this.choices,
        tokens: { verifiedSession },
        servers: () => this.servers,
        labelOf: () => 'Test',
        showError: ({ message }) => this.told.push(message),
      },
      runtime,
    );
    this.definitions.onDidChangeMcpServerDefinitions(() => (this.changes += 1));
    sessions.onDidChange(() => {
      this.definitions.update();
    });
  }

  /** Signs in and gives consent. */
  async allow(lifeMs?: number): Promise<string> {
    const { id } = await this.world.signIn(['a'], lifeMs);
    await this.choices.keep(tools, id);
    return id;
  }

  /** Gives the session a new token, as a renewal does. */
  renew(id: string): void {
    const { store } = this.world.sessions;
    const session = store.liveSession(id);
    assert.ok(session);
    const version = { ...session.version, revision: session.version.revision + 1 };
    store.publish({ ...session, version, grant: { ...session.grant, accessToken: 'renewed' } });
  }

  get first(): vscode.McpHttpServerDefinition {
    const [first] = this.definitions.provideMcpServerDefinitions();
    assert.ok(first, 'there is no definition');
    return first;
  }

  start(definition = this.first): Promise<vscode.McpHttpServerDefinition> {
    return this.definitions.resolveMcpServerDefinition(definition);
  }
}

describe('MCP server definitions', () => {
  let mcp: McpWorld;

  beforeEach(() => {
    mcp = new McpWorld();
  });

  it('contain the label and the URL but no token', async () => {
    await mcp.allow();
    const { label, uri, headers, version } = mcp.first;
    assert.ok(mcp.first instanceof vscode.McpHttpServerDefinition);
    assert.deepEqual([label, uri.toString(true), headers, version], ['Tools', tools.url, {}, '1']);
  });

  it('get the token only when VS Code starts a server', async () => {
    await mcp.allow();
    const started = await mcp.start();
    assert.deepEqual(started.headers, { Authorization: 'Bearer token 1' });
    assert.deepEqual(mcp.first.headers, {});
    assert.deepEqual(mcp.requests, [`${tools.url} Bearer token 1`]);
  });

  it('get no token when the URL in the settings has changed', async () => {
    await mcp.allow();
    const before = mcp.first;
    mcp.servers = [moved];
    await assert.rejects(mcp.start(before), { name: 'McpStartError' });
    await assert.rejects(
      mcp.start(new vscode.McpHttpServerDefinition('Other', before.uri)),
      /no longer in the setting/,
    );
    assert.deepEqual(mcp.requests, []);
  });

  it('get no token without consent, and say so', async () => {
    await mcp.world.signIn(['a']);
    await assert.rejects(mcp.start(), /because you didn’t allow it to get your token/);
    assert.equal(mcp.told.length, 1);
    assert.deepEqual(mcp.requests, []);
  });

  it('explain what to do when the sessions cannot be read', async () => {
    mcp.failure = new StoreError('SecretStorage failed');
    await assert.rejects(mcp.start(), /Unlock your system’s keyring/);
    assert.equal(mcp.told.length, 1);
  });

  it('get no token when the server redirects or rejects it', async () => {
    await mcp.allow();
    mcp.answer = () => new Response(null, { status: 307, headers: { location: moved.url } });
    await assert.rejects(mcp.start(), /redirects to another address/);
    mcp.answer = () => new Response(null, { status: 401 });
    await assert.rejects(mcp.start(), /tools\.example rejects its token/);
    assert.equal(mcp.told.length, 2);
  });

  it('get no token when the server rejects it, even right after the service was asked again', async () => {
    await mcp.allow();
    mcp.answer = () => new Response(null, { status: 403 });
    await assert.rejects(mcp.start(), /tools\.example rejects its token/);
    assert.deepEqual(mcp.maxAgesMs, [60_000, 0]);
  });

  it('get another token when the service, asked again, has one that the server accepts', async () => {
    const id = await mcp.allow();
    mcp.answer = () => {
      mcp.renew(id);
      mcp.answer = () => new Response(null, { status: 200 });
      return new Response(null, { status: 401 });
    };
    assert.deepEqual((await mcp.start()).headers, { Authorization: 'Bearer renewed' });
  });

  it('keep the address as it is in the setting, or the entry is skipped', () => {
    const kinds = ['mcp', 'mcp?', 'mcp??a', 'mcp?a?b', 'C:/mcp', 'c:/mcp', 'a//b', 'a=b;c@d?e=f&g'].map(
      (end) => {
        const setting = [{ label: 'Tools', url: `https://tools.example/${end}`, provider: 'adom' }];
        const rules = { providers: ['adom'], serviceUrls: [], spelling: contactedUrl };
        const { servers, problems } = readServers(setting, rules);
        mcp.servers = [...servers];
        for (const { url } of servers) assert.equal(mcp.first.uri.toString(true), url);
        return `${end} ${problems[0]?.kind ?? 'ok'}`;
      },
    );
    assert.deepEqual(kinds, [
      'mcp ok',
      'mcp? rewrittenUrl',
      'mcp??a rewrittenUrl',
      'mcp?a?b rewrittenUrl',
      'C:/mcp rewrittenUrl',
      'c:/mcp ok',
      'a//b ok',
      'a=b;c@d?e=f&g ok',
    ]);
  });

  it('get no token when the user signs out during the preflight', async () => {
    const id = await mcp.allow();
    mcp.answer = async () => {
      await mcp.world.provider.removeSession(id);
      return new Response(null, { status: 400 });
    };
    await assert.rejects(mcp.start(), /you didn’t allow it to get your token/);
  });

  it('change their version on sign-out, so that VS Code stops the server', async () => {
    const id = await mcp.allow();
    await mcp.start();
    await mcp.world.provider.removeSession(id);
    assert.deepEqual([mcp.changes, mcp.first.version], [1, '2']);
  });

  it('change their version with a new token', async () => {
    await mcp.allow();
    await mcp.start();
    await mcp.world.signIn(['a']);
    assert.deepEqual([mcp.changes, mcp.first.version], [1, '2']);
    assert.deepEqual((await mcp.start()).headers, { Authorization: 'Bearer token 2' });
  });

  it('keep their version with a renewed token while the service accepts the earlier one', async () => {
    const id = await mcp.allow();
    await mcp.start();
    mcp.renew(id);
    await mcp.world.pending();
    assert.deepEqual([mcp.changes, mcp.first.version], [0, '1']);
  });

  it('change their versions together when the service no longer accepts the earlier token', async () => {
    const id = await mcp.allow();
    mcp.servers = [tools, others];
    await mcp.choices.keep(others, id);
    for (const definition of mcp.definitions.provideMcpServerDefinitions()) await mcp.start(definition);
    mcp.world.verdict = 'rejected';
    mcp.renew(id);
    await mcp.world.pending();
    const versions = mcp.definitions.provideMcpServerDefinitions().map(({ version }) => version);
    assert.deepEqual([mcp.changes, versions], [1, ['2', '2']]);
  });

  it('change their version when the service rejects the token', async () => {
    const id = await mcp.allow();
    await mcp.start();
    mcp.world.verdict = 'rejected';
    await mcp.world.provider.sessions.verification.verify(id, mcp.world.runtime.closed);
    assert.deepEqual([mcp.changes, mcp.first.version], [1, '2']);
  });

  it('change their version when the user revokes consent', async () => {
    await mcp.allow();
    await mcp.start();
    await mcp.choices.forget([tools]);
    assert.deepEqual([mcp.changes, mcp.first.version], [1, '2']);
  });

  it('change their version when another server of the service is configured', async () => {
    await mcp.allow();
    await mcp.start();
    mcp.world.server = 'https://staging.example';
    mcp.world.sessions.followSettings();
    assert.deepEqual([mcp.changes, mcp.first.version], [1, '2']);
  });

  it('keep their version when another account changes or the same token is extended', async () => {
    await mcp.allow(HOUR_MS);
    await mcp.start();
    mcp.world.account = 'bap-2';
    await mcp.world.signIn(['a']);
    mcp.definitions.update();
    assert.deepEqual([mcp.changes, mcp.first.version], [0, '1']);
  });

  it('keep their version while a server has no token', async () => {
    const id = await mcp.allow();
    await mcp.world.provider.removeSession(id);
    assert.deepEqual([mcp.changes, mcp.first.version], [0, '1']);
  });

  it('fire a change event when the setting changes', () => {
    mcp.servers = [];
    mcp.definitions.settingChanged();
    assert.equal(mcp.changes, 1);
    assert.deepEqual(mcp.definitions.provideMcpServerDefinitions(), []);
  });

  it('never log a token', async () => {
    await mcp.allow();
    await mcp.start();
    mcp.answer = () => new Response(null, { status: 401 });
    await mcp.start().catch(() => undefined);
    const log = mcp.world.log.lines.join('\n');
    assert.match(log, /MCP server: 401/);
    assert.doesNotMatch(log, /token 1/);
  });
});
