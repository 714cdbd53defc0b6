// Other editors lack parts of VS Code's API, and other extensions can claim our command IDs. Each case loads the built
// extension again, in real VS Code, with one part missing or throwing.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import Module, { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

import type { BapIdentityApi } from '../../../src/api.ts';
import { approved, eventually, useLocalServer } from './user.ts';

type Api = Record<string, unknown>;
type Load = (request: string, ...rest: unknown[]) => unknown;

interface Started {
  readonly api: BapIdentityApi;
  readonly providers: ReadonlyMap<string, vscode.AuthenticationProvider>;
  readonly commands: readonly string[];
  /** The providers that the Accounts menu was told about. */
  readonly offered: readonly string[];
  readonly log: readonly string[];
}

interface Loaded {
  activate(context: unknown): BapIdentityApi;
  deactivate(): Promise<void>;
}

const throwing = (): never => {
  throw new Error('not in this editor');
};
const throwingAfter = (calls: number) => (): vscode.Disposable => {
  if (calls-- <= 0) throwing();
  return new vscode.Disposable(() => undefined);
};
/** Members to replace, by namespace of the API. An undefined namespace is missing. */
type Changes = Readonly<Record<string, Api | undefined>>;
const real = { ...vscode } as unknown as Api;
const changed = (api: Api, changes: Changes): Api => ({
  ...api,
  ...Object.fromEntries(
    Object.entries(changes).map(([part, members]) => [
      part,
      members && { ...(api[part] as Api), ...members },
    ]),
  ),
});

/** What is wrong with an editor, and the log line that it causes. */
const EDITORS: Record<string, { api: Changes; context?: Api; log: RegExp }> = {
  'without vscode.lm': { api: { lm: undefined }, log: /tool for agents/ },
  'whose registerTool throws': { api: { lm: { registerTool: throwing } }, log: /tool for agents/ },
  'without MCP servers': {
    api: { lm: { registerMcpServerDefinitionProvider: undefined } },
    log: /MCP servers/,
  },
  'whose MCP function throws': {
    api: { lm: { registerMcpServerDefinitionProvider: throwing } },
    log: /MCP servers/,
  },
  'without terminal environment variables': {
    api: {},
    context: { environmentVariableCollection: undefined },
    log: /terminal environment/,
  },
  'without tab groups': {
    api: { window: { tabGroups: undefined } },
    log: /diagnosis/,
  },
  'without virtual documents': {
    api: { workspace: { registerTextDocumentContentProvider: throwing } },
    log: /diagnosis/,
  },
  'without a registerTool': { api: { lm: { registerTool: undefined } }, log: /tool for agents/ },
  'whose terminal environment variables throw': {
    api: {},
    context: { environmentVariableCollection: { clear: throwing, delete: throwing, replace: throwing } },
    log: /terminal environment/,
  },
  'whose tab groups throw': {
    api: {
      window: {
        tabGroups: {
          get all(): never {
            return throwing();
          },
        },
      },
    },
    log: /tabs of an earlier window/,
  },
  'without a status bar': { api: { window: { createStatusBarItem: throwing } }, log: /status bar/ },
  'whose Accounts menu throws': {
    api: { authentication: { getSession: throwing } },
    log: /No entry in the Accounts menu/,
  },
  'whose list of commands throws': {
    api: { commands: { getCommands: throwing } },
    log: /No entry in the Accounts menu/,
  },
  'whose own commands are missing': {
    api: { commands: { executeCommand: () => Promise.reject(new Error('command not found')) } },
    log: /The command setContext of the editor failed/,
  },
  'in which all our command IDs are taken': {
    api: { commands: { registerCommand: throwing } },
    log: /The command bapIdentity\.signIn could not be registered/,
  },
};

describe('an editor', () => {
  let folder: string;
  const toStop: (() => Promise<void>)[] = [];

  before(useLocalServer);
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'editor-'));
  });

  afterEach(async () => {
    await Promise.all(toStop.splice(0).map((stop) => stop()));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  for (const [name, editor] of Object.entries(EDITORS))
    it(`${name} gets every provider, which works, the API, and a log line`, async () => {
      const { api, providers, log } = start(editor.api, editor.context);
      assert.deepEqual([...providers.keys()], ['sigma-identity', 'adom', 'bap-identity']);
      for (const provider of providers.values())
        assert.deepEqual(await provider.getSessions(undefined, {}), []);
      const provider = providers.get('sigma-identity') ?? assert.fail();
      const session = await approved(() => provider.createSession(['openid', 'profile'], {}));
      assert.deepEqual(await provider.getSessions(undefined, {}), [session]);
      assert.equal((await api.getIdentity(session)).name, 'satoshi');
      assert.equal(api.apiVersion, 1);
      assert.ok(
        log.some((line) => editor.log.test(line)),
        log.join('\n'),
      );
    });

  for (const refused of ['sigma-identity', 'adom', 'bap-identity'])
    it(`that refuses the provider ${refused} gets the others, and the user is told`, () => {
      const registered: string[] = [];
      const told: string[] = [];
      const { api, commands, log } = start({
        authentication: {
          registerAuthenticationProvider: (id: string) => {
            if (id === refused) throwing();
            registered.push(id);
            return new vscode.Disposable(() => undefined);
          },
        },
        window: { showErrorMessage: (message: string) => void told.push(message) },
      });
      assert.deepEqual(
        registered,
        ['sigma-identity', 'adom', 'bap-identity'].filter((id) => id !== refused),
      );
      assert.equal(api.apiVersion, 1);
      assert.ok(commands.includes('bapIdentity.signIn'));
      assert.ok(log.some((line) => line.startsWith(`The provider ${refused} could not be registered`)));
      const label = { 'sigma-identity': 'Sigma Identity', adom: 'Adom' }[refused] ?? 'BAP Identity';
      assert.deepEqual(
        told.map((message) => message.split(' couldn’t start in this window: ')[0]),
        [label],
      );
    });

  const BROKEN: Record<string, Changes> = {
    'has no output channel': { window: { createOutputChannel: throwing } },
    'has no events of settings': { workspace: { onDidChangeConfiguration: throwing } },
    'has no events of its window': { window: { onDidChangeWindowState: throwing } },
    'fails when the providers are registered': { workspace: { onDidChangeConfiguration: throwingAfter(1) } },
  };
  for (const [name, broken] of Object.entries(BROKEN))
    it(`that ${name} keeps nothing of the extension, and the user is told and can reload`, async () => {
      const told: string[] = [];
      const run: string[] = [];
      const showErrorMessage = (message: string, button: string): Promise<string> => {
        told.push(message);
        return Promise.resolve(button);
      };
      const executeCommand = (command: string): Promise<void> => Promise.resolve(void run.push(command));
      const subscriptions: { dispose(): unknown }[] = [];
      /** The output channels and the listeners of SecretStorage that are not disposed of. */
      const open = new Set<object>();
      const opened = (): vscode.Disposable => {
        const each = new vscode.Disposable(() => open.delete(each));
        open.add(each);
        return each;
      };
      const createOutputChannel = (): object => {
        const each = opened();
        return { debug: () => undefined, info: () => undefined, dispose: () => void each.dispose() };
      };
      const changes = {
        ...broken,
        window: { createOutputChannel, ...broken.window, showErrorMessage },
        commands: { executeCommand },
      };
      const secrets = { ...secretsInMemory(), onDidChange: opened };
      assert.throws(() => start(changes, { subscriptions, secrets }), /not in this editor/);
      assert.match(told.at(-1) ?? '', /^BAP Identity couldn’t start in this window: /);
      assert.deepEqual([subscriptions, [...open]], [[], []]);
      await eventually('the reload', () =>
        Promise.resolve(run.includes('workbench.action.reloadWindow') || undefined),
      );
    });

  it('with the whole API gets every command of the manifest and no such line', () => {
    const { commands, log } = start({});
    const { contributes } = ours().packageJSON as { contributes: { commands: { command: string }[] } };
    for (const { command } of contributes.commands) assert.ok(commands.includes(command), command);
    assert.deepEqual(
      log.filter((line) => /Not available|could not be registered/.test(line)),
      [],
    );
  });

  for (const [name, changes, expected] of [
    ['with VS Code’s Accounts menu offers each service there', {}, ['sigma-identity', 'adom']],
    [
      'that has not added its own commands yet offers each service, too',
      { commands: { getCommands: () => Promise.resolve([]) } },
      ['sigma-identity', 'adom'],
    ],
    [
      'that is Theia offers one, because all entries of an extension share a command',
      { commands: { getCommands: () => Promise.resolve(['core.about']) } },
      ['sigma-identity'],
    ],
  ] as const)
    it(name, async () => {
      const { offered } = start(changes);
      await eventually('an offer', () => Promise.resolve(offered.length > 0 || undefined));
      assert.deepEqual(offered, expected);
    });

  it('in which any one command ID is taken gets the other commands', () => {
    /** Without what differs in each window. */
    const nameOf = (id: string): string => id.replace(/[0-9a-f-]{36}/, '*');
    const all = start({}).commands.map(nameOf);
    assert.ok(all.length > 15, all.join());
    for (const taken of all) {
      const registered: string[] = [];
      const registerCommand = (id: string): vscode.Disposable => {
        if (nameOf(id) === taken) throwing();
        registered.push(nameOf(id));
        return new vscode.Disposable(() => undefined);
      };
      const { log } = start({ commands: { registerCommand } });
      assert.ok(
        log.some((line) => nameOf(line).startsWith(`The command ${taken} could not be registered`)),
        taken,
      );
      assert.deepEqual(
        registered,
        all.filter((id) => id !== taken),
      );
    }
  });

  /** Loads and activates another copy of the extension, recording its registrations instead of making them. */
  function start(changes: Changes, context: Api = {}): Started {
    const providers = new Map<string, vscode.AuthenticationProvider>();
    const commands: string[] = [];
    const offered: string[] = [];
    const log: string[] = [];
    const none = new vscode.Disposable(() => undefined);
    const write = (line: string): void => void log.push(line);
    const channel = {
      debug: write,
      info: write,
      warn: write,
      show: () => undefined,
      dispose: () => undefined,
    };
    const recorded = changed(real, {
      authentication: {
        registerAuthenticationProvider: (
          id: string,
          _label: string,
          provider: vscode.AuthenticationProvider,
        ) => {
          providers.set(id, provider);
          return none;
        },
        getSession: (id: string) => Promise.resolve(void offered.push(id)),
      },
      commands: {
        registerCommand: (id: string) => {
          commands.push(id);
          return none;
        },
      },
      lm: { registerTool: () => none, registerMcpServerDefinitionProvider: () => none },
      window: { createOutputChannel: () => channel },
    });
    const extension = load(changed(recorded, changes));
    const subscriptions: { dispose(): unknown }[] = [];
    const identityApi = extension.activate({
      subscriptions,
      extension: ours(),
      extensionUri: ours().extensionUri,
      globalStorageUri: vscode.Uri.file(folder),
      globalState: memory(),
      secrets: secretsInMemory(),
      environmentVariableCollection: new Map(),
      ...context,
    });
    toStop.push(async () => {
      await extension.deactivate();
      for (const each of subscriptions) each.dispose();
    });
    return { api: identityApi, providers, commands, offered, log };
  }
});

function ours(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('bap-identity.bap-authentication');
  assert.ok(found);
  return found;
}

/** Reloads the bundle with `api` in place of VS Code's. */
function load(api: Api): Loaded {
  const file = path.join(ours().extensionPath, 'dist/extension.js');
  const loader = Module as unknown as { _load: Load };
  const original = loader._load;
  const require = createRequire(file);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- this is how Node forgets a module
  delete require.cache[file];
  loader._load = (request, ...rest) => (request === 'vscode' ? api : original.call(loader, request, ...rest));
  try {
    return require(file) as Loaded;
  } finally {
    loader._load = original;
  }
}

function memory(): vscode.Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: (key: string, ifNone?: unknown) => values.get(key) ?? ifNone,
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
  } as vscode.Memento;
}

function secretsInMemory(): vscode.SecretStorage {
  const values = new Map<string, string>();
  return {
    keys: () => Promise.resolve([...values.keys()]),
    get: (key) => Promise.resolve(values.get(key)),
    store: (key, value) => Promise.resolve(void values.set(key, value)),
    delete: (key) => Promise.resolve(void values.delete(key)),
    onDidChange: () => new vscode.Disposable(() => undefined),
  };
}
