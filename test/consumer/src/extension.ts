import * as vscode from 'vscode';

/** An extension that uses both services: it signs a person in, and calls the service with their token. */
interface Service {
  readonly provider: string;
  readonly scopes: readonly string[];
  /** Where the service says whose a token is. */
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

export function activate(context: vscode.ExtensionContext): void {
  const register = (command: string, run: () => Promise<void>): void => {
    context.subscriptions.push(vscode.commands.registerCommand(`consumer.${command}`, run));
  };
  register('signInWithSigma', () => signIn(sigma));
  register('signInWithAdom', () => signIn(adom));
  register('whoIsSigma', () => whoIs(sigma));
  register('whoIsAdom', () => whoIs(adom));
}

async function signIn(service: Service): Promise<void> {
  try {
    const session = await vscode.authentication.getSession(service.provider, service.scopes, {
      createIfNone: true,
    });
    await use(service, session);
  } catch (error) {
    void vscode.window.showErrorMessage(
      `Consumer: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
  }
}

async function whoIs(service: Service): Promise<void> {
  const session = await vscode.authentication.getSession(service.provider, service.scopes, { silent: true });
  if (session === undefined) void vscode.window.showInformationMessage('Consumer: nobody is signed in.');
  else await use(service, session);
}

async function use(service: Service, session: vscode.AuthenticationSession): Promise<void> {
  const headers = { Authorization: `Bearer ${session.accessToken}`, 'User-Agent': 'consumer' };
  const { status } = await fetch(service.userUrl(), { headers });
  void vscode.window.showInformationMessage(
    `Consumer: ${session.account.label}, and the service says ${status}.`,
  );
}

function server(setting: string): string {
  return vscode.workspace.getConfiguration('bapIdentity').get(setting, '');
}
