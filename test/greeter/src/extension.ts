import * as vscode from 'vscode';

import type { BapIdentityApi } from '../../consumer/src/bap-identity';
import { whoAmI } from '../../consumer/src/whoAmI';

export function activate(context: vscode.ExtensionContext): void {
  const register = (command: string, run: () => Promise<string>): void => {
    const say = async (): Promise<void> => {
      const words = await run().catch((error: unknown) => (error instanceof Error ? error.message : '?'));
      void vscode.window.showInformationMessage(`Greeter: ${words}`);
    };
    context.subscriptions.push(vscode.commands.registerCommand(`greeter.${command}`, say));
  };
  register('greet', async () => {
    const identity = await whoAmI();
    return `Hello, ${identity?.name ?? '?'} (${identity?.bap?.bapId ?? '?'}).`;
  });
  register('greetSilently', () => greet({ silent: true }));
  register('greetAnother', () => greet({ forceNewSession: true }));
  register('verify', async () => {
    const session = await handle({ silent: true });
    if (session === undefined) return 'no session.';
    return (await api()?.verifySession(session)) === true ? 'good.' : 'not good.';
  });
  // Each of these asks for more than the user has allowed.
  register('takeToken', async () => {
    const options = { silent: true };
    const session = await vscode.authentication.getSession('sigma-identity', ['openid', 'profile'], options);
    return session === undefined ? 'no token.' : 'a token!';
  });
  // Two extensions ask for the same at the same moment, as at the start of a window.
  register('askTogether', async () => {
    void vscode.commands.executeCommand('consumer.signInWithSigma');
    const options = { createIfNone: true };
    const session = await vscode.authentication.getSession('sigma-identity', ['openid', 'profile'], options);
    return `signed in as ${session.account.label}.`;
  });
  register('misuseHandle', async () => {
    const session = await handle({ silent: true });
    const server = vscode.workspace.getConfiguration('bapIdentity').get('sigma.serverUrl', '');
    const headers = { Authorization: `Bearer ${session?.accessToken ?? 'none'}` };
    const { status } = await fetch(`${server}/api/auth/oauth2/userinfo`, { headers });
    return `the service says ${status}.`;
  });
}

async function greet(options: vscode.AuthenticationGetSessionOptions): Promise<string> {
  const session = await handle(options);
  return session === undefined ? 'nobody is here.' : `Hello, ${session.account.label}.`;
}

function handle(
  options: vscode.AuthenticationGetSessionOptions,
): Thenable<vscode.AuthenticationSession | undefined> {
  return vscode.authentication.getSession('bap-identity', [], options);
}

function api(): BapIdentityApi | undefined {
  return vscode.extensions.getExtension<BapIdentityApi>('bap-identity.bap-authentication')?.exports;
}
