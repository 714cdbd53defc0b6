import * as vscode from 'vscode';

import { bapIdentity, callService } from './callService';
import { whoAmI } from './whoAmI';

/** A service that this extension calls on behalf of the user. */
interface Service {
  readonly provider: string;
  readonly scopes: string[];
  /** The endpoint that returns the owner of a token. */
  readonly userUrl: () => string;
}

const sigma: Service = {
  provider: 'sigma-identity',
  scopes: ['openid', 'profile'],
  userUrl: () => `${server('sigma.serverUrl')}/api/auth/oauth2/userinfo`,
};

const adom: Service = {
  provider: 'adom',
  scopes: [],
  userUrl: () => `${server('adom.apiUrl')}/user`,
};

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Consumer', { log: true });
  const register = (command: string, run: () => Promise<string>): void => {
    const say = async (): Promise<void> => {
      const words = await run().catch((error: unknown) => (error instanceof Error ? error.message : '?'));
      void vscode.window.showInformationMessage(`Consumer: ${words}`);
    };
    context.subscriptions.push(vscode.commands.registerCommand(`consumer.${command}`, say));
  };
  register('signInWithSigma', () => call(sigma));
  register('signInWithAdom', () => call(adom));
  register('getIdToken', () => getIdToken(sigma));
  register('whoIsSigma', () => whoIs(sigma, log));
  register('whoIsAdom', () => whoIs(adom, log));
  register('verifyAdom', verifyAdom);
  // Kills the extension host, and all extensions with it.
  register('crash', async () => {
    process.kill(process.pid, 'SIGKILL');
    return Promise.resolve('gone');
  });
  const terminalCommand = (command: string, terminal: () => vscode.Terminal | undefined): void => {
    const run = async (): Promise<void> => {
      const text = await vscode.window.showInputBox({ title: 'Consumer: Text for the Terminal' });
      if (text === undefined) return;
      const chosen = terminal();
      chosen?.show(true);
      chosen?.sendText(text);
    };
    context.subscriptions.push(vscode.commands.registerCommand(`consumer.${command}`, run));
  };
  context.subscriptions.push(vscode.commands.registerCommand('consumer.changeSetting', changeSetting));
  terminalCommand('runInNewTerminal', () => vscode.window.createTerminal());
  terminalCommand('runInTerminal', () => vscode.window.activeTerminal);
  register('askTool', () => callTool('bap_identity'));
  register('askMcpServer', () => callTool('whoami'));
  register('useAllOfSigma', () => useAll(sigma));
  register('whoAmI', async () => {
    const identity = await whoAmI();
    return `${identity?.name ?? 'nobody'} is ${identity?.bap?.bapId ?? 'nobody'}.`;
  });

  const { onDidChangeIdentity } = await bapIdentity();
  const listener = onDidChangeIdentity(({ kind, provider, account }) => {
    log.info(`${kind} ${provider} ${account.label}`);
  });
  context.subscriptions.push(log, listener);
}

async function call({ userUrl, provider, scopes }: Service): Promise<string> {
  const { status } = await callService(userUrl(), provider, scopes);
  return `the service says ${status}.`;
}

/** Gets a session that lasts, and says what its ID token is. The types of VS Code 1.105 have no member for it. */
async function getIdToken({ provider, scopes, userUrl }: Service): Promise<string> {
  const lasting = [...scopes, 'offline_access'];
  const session = await vscode.authentication.getSession(provider, lasting, { createIfNone: true });
  const headers = { Authorization: `Bearer ${session.accessToken}` };
  const { status } = await fetch(userUrl(), { headers });
  const idToken: unknown = 'idToken' in session ? session.idToken : undefined;
  if (typeof idToken !== 'string') return `there is no ID token, and the service says ${status}.`;
  const [, body = ''] = idToken.split('.');
  const { aud } = JSON.parse(atob(body.replaceAll('-', '+').replaceAll('_', '/'))) as { aud: string };
  return `ID token …${idToken.slice(-8)} for ${aud}, and the service says ${status}.`;
}

async function verifyAdom(): Promise<string> {
  const [account] = await vscode.authentication.getAccounts('adom');
  if (account === undefined) return 'nobody is signed in.';
  const session = await vscode.authentication.getSession('adom', [], { createIfNone: true, account });
  const api = await bapIdentity();
  return (await api.verifySession(session)) ? 'the session works.' : 'the session has ended.';
}

/** Calls the service with every signed-in account in turn. */
async function useAll({ provider, scopes, userUrl }: Service): Promise<string> {
  const names: string[] = [];
  for (const account of await vscode.authentication.getAccounts(provider)) {
    const session = await vscode.authentication.getSession(provider, scopes, { createIfNone: true, account });
    const { name, bap } = await (await bapIdentity()).getIdentity(session);
    const headers = { Authorization: `Bearer ${session.accessToken}` };
    const { status } = await fetch(userUrl(), { headers });
    names.push(`${name} ${bap?.bapId ?? ''} ${status}`);
  }
  return names.sort().join(', ');
}

async function whoIs({ provider, scopes, userUrl }: Service, log: vscode.LogOutputChannel): Promise<string> {
  const start = performance.now();
  const session = await vscode.authentication.getSession(provider, scopes, { silent: true });
  log.info(`silent answer of ${provider} after ${Math.round(performance.now() - start)} ms`);
  if (session === undefined) return 'nobody is signed in.';
  const { name } = await (await bapIdentity()).getIdentity(session);
  const headers = { Authorization: `Bearer ${session.accessToken}` };
  const { status } = await fetch(userUrl(), { headers });
  return `${name}, and the service says ${status}.`;
}

/** Calls a tool like an agent does. VS Code asks the user first. */
async function callTool(name: string): Promise<string> {
  const tool = await toolNamed(name);
  if (tool === undefined) return 'there is no such tool.';
  try {
    const result = await vscode.lm.invokeTool(tool.name, { input: {}, toolInvocationToken: undefined });
    const texts = result.content.map((part) =>
      part instanceof vscode.LanguageModelTextPart ? part.value : '',
    );
    return `the tool says ${texts.join()}`;
  } catch (error) {
    return `the tool says nothing (${error instanceof Error ? `${error.name} ${error.message}` : 'unknown error'}).`;
  }
}

/** Polls, because an MCP server's tools appear some time after it starts and VS Code fires no event. */
async function toolNamed(name: string): Promise<vscode.LanguageModelToolInformation | undefined> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const tool = vscode.lm.tools.find((each) => each.name.endsWith(name));
    if (tool !== undefined || Date.now() > deadline) return tool;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Changes a user setting. Asks for its name and its value as JSON. */
async function changeSetting(): Promise<void> {
  const title = 'Consumer: Setting and Value';
  const text = await vscode.window.showInputBox({ title, ignoreFocusOut: true });
  const [, name = '', value] = /^(\S+) (.+)$/.exec(text ?? '') ?? [];
  if (value === undefined) return;
  const target = vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration().update(name, JSON.parse(value), target);
}

function server(setting: string): string {
  return vscode.workspace.getConfiguration('bapIdentity').get(setting, '');
}
