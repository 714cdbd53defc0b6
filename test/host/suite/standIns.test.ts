import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import { extensionOn, type Compose } from '../../../src/activation.ts';
import type { Composition } from '../../../src/composition.ts';
import { createIdentityApi } from '../../../src/provider/identityApi.ts';
import { apiOf, mcpDefinitionsOf, providerOf, toolOf } from '../../../src/standIns.ts';
import { World } from './world.ts';

const ID = 'sigma-identity';
const COMMAND = 'bapIdentity.ofThisTest';

/** The extension with one command and nothing else in its manifest. */
class OneCommand {
  readonly calls: unknown[][] = [];
  readonly #loaded = Promise.withResolvers<Compose>();
  readonly #context = {
    subscriptions: [] as vscode.Disposable[],
    extension: {
      packageJSON: {
        contributes: {
          authentication: [],
          commands: [{ command: COMMAND }],
          languageModelTools: [],
          mcpServerDefinitionProviders: [],
        },
      },
    },
  };
  readonly #extension = extensionOn(() => this.#loaded.promise);
  finished = 0;

  activate(): void {
    this.#extension.activate(this.#context as unknown as vscode.ExtensionContext);
  }

  /** What a stand-in waits for. */
  load(): void {
    this.#loaded.resolve(() => {
      const command = vscode.commands.registerCommand(COMMAND, (...args: unknown[]) => {
        this.calls.push(args);
        return 'answer';
      });
      const parts: Partial<Composition> = {
        disposables: [command],
        finish: () => Promise.resolve(void (this.finished += 1)),
      };
      return parts as Composition;
    });
  }

  fail(error: Error): void {
    this.#loaded.reject(error);
  }

  async close(): Promise<void> {
    try {
      await this.#extension.deactivate();
    } finally {
      for (const each of this.#context.subscriptions) each.dispose();
    }
  }
}

describe('a command that comes before the code is loaded', () => {
  it('is run by the real command, once, and gets its answer', async () => {
    const extension = new OneCommand();
    extension.activate();
    const answer = vscode.commands.executeCommand(COMMAND, 1, 'two');
    await new Promise(setImmediate);
    assert.deepEqual(extension.calls, []);
    extension.load();
    assert.equal(await answer, 'answer');
    assert.equal(await vscode.commands.executeCommand(COMMAND), 'answer');
    assert.deepEqual(extension.calls, [[1, 'two'], []]);
    await extension.close();
    assert.equal(extension.finished, 1);
    assert.ok(!(await vscode.commands.getCommands()).includes(COMMAND));
  });

  it('fails with the reason when the code cannot be loaded', async () => {
    const extension = new OneCommand();
    extension.activate();
    const answer = Promise.resolve(vscode.commands.executeCommand(COMMAND));
    extension.fail(new Error('The file is gone.'));
    await assert.rejects(answer, /The file is gone\./);
    await assert.rejects(extension.close(), /The file is gone\./);
  });
});

describe('a window that closes before the code is loaded', () => {
  it('waits for it, and finishes what is under way', async () => {
    const extension = new OneCommand();
    extension.activate();
    const closed = extension.close();
    extension.load();
    await closed;
    assert.equal(extension.finished, 1);
  });
});

describe('what stands in for the parts of the extension until they are built', () => {
  let world: World;
  let build: () => void;
  let built: Promise<Pick<Composition, 'providers' | 'api'>>;

  beforeEach(() => {
    world = new World();
    const later = Promise.withResolvers<Awaited<typeof built>>();
    built = later.promise;
    build = () => {
      const { api } = createIdentityApi(world.sessions, world.runtime);
      later.resolve({ providers: [world.provider], api });
    };
  });

  it('answers what the provider was asked before', async () => {
    const session = await world.signIn(['openid']);
    const provider = providerOf(ID, built);
    const asked = provider.getSessions(['openid'], {});
    build();
    assert.deepEqual(await asked, [session]);
    await provider.removeSession(session.id);
    assert.deepEqual(await provider.getSessions(undefined, {}), []);
  });

  it('starts the sign-in that the provider was asked for before', async () => {
    const asked = providerOf(ID, built).createSession(['openid'], {});
    build();
    await world.pending();
    world.approve();
    assert.deepEqual((await asked).scopes, ['openid']);
  });

  it('tells of changes, until nobody listens any more', async () => {
    const heard: string[] = [];
    const listeners: vscode.Disposable[] = [];
    const listen = { name: 'listener' };
    providerOf(ID, built).onDidChangeSessions(
      function (this: typeof listen, { added, removed }) {
        heard.push(`${this.name}: ${added?.length} added, ${removed?.length} removed`);
      },
      listen,
      listeners,
    );
    apiOf(built).onDidChangeIdentity(({ kind }) => heard.push(kind), undefined, listeners);
    build();
    await built;
    const { id } = await world.signIn(['openid']);
    assert.deepEqual(heard, ['listener: 1 added, 0 removed', 'added']);
    for (const each of listeners) each.dispose();
    await world.pending();
    await world.provider.removeSession(id);
    assert.equal(heard.length, 2);
  });

  it('gives other extensions the API before', async () => {
    const session = await world.signIn(['openid']);
    const api = apiOf(built);
    const asked = [api.getIdentity(session), api.verifySession(session)] as const;
    build();
    const [identity, isValid] = await Promise.all(asked);
    assert.deepEqual([identity.name, isValid, api.apiVersion], ['Ann', true, 1]);
    assert.ok(Object.isFrozen(api));
  });

  it('fails for a service of the manifest that nobody has built', async () => {
    build();
    await assert.rejects(
      async () => providerOf('third-service', built).getSessions(undefined, {}),
      /third-service/,
    );
  });

  it('passes on what VS Code asks of the tool and of the MCP servers', async () => {
    const said: unknown[] = [];
    const definition = new vscode.McpHttpServerDefinition('Tools', vscode.Uri.parse('https://tools.example'));
    const changes = new vscode.EventEmitter<void>();
    const parts = {
      tool: {
        prepareInvocation: () => ({ invocationMessage: 'Looking' }),
        invoke: ({ input }: { input: unknown }) => {
          said.push(input);
          return new vscode.LanguageModelToolResult([]);
        },
      },
      mcpDefinitions: {
        onDidChangeMcpServerDefinitions: changes.event,
        provideMcpServerDefinitions: () => [definition],
        resolveMcpServerDefinition: (asked: unknown) => {
          said.push(asked);
          return Promise.resolve(definition);
        },
      },
    } as unknown as Composition;
    const token = new vscode.CancellationTokenSource().token;
    const tool = toolOf(Promise.resolve(parts));
    assert.deepEqual(await tool.prepareInvocation?.({ input: {} }, token), { invocationMessage: 'Looking' });
    await tool.invoke({ input: 'input', toolInvocationToken: undefined }, token);
    const servers = mcpDefinitionsOf(Promise.resolve(parts));
    servers.onDidChangeMcpServerDefinitions?.(() => said.push('changed'));
    assert.deepEqual(await servers.provideMcpServerDefinitions(token), [definition]);
    assert.equal(await servers.resolveMcpServerDefinition?.(definition, token), definition);
    changes.fire();
    assert.deepEqual(said, ['input', definition, 'changed']);
  });
});
