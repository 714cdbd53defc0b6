import * as vscode from 'vscode';

import type { BapIdentityApi } from './bap-identity';

/** BAP Identity's API. */
export async function bapIdentity(): Promise<BapIdentityApi> {
  const extension = vscode.extensions.getExtension<BapIdentityApi>(
    'bap-identity.bap-authentication',
  );
  if (extension === undefined) throw new Error('Install the extension BAP Identity.');
  return extension.activate();
}

/** Calls a service for the user. They sign in again, once, if it rejects the session. */
export async function callService(
  url: string,
  provider: string,
  scopes: string[],
): Promise<Response> {
  const api = await bapIdentity();
  const call = async (): Promise<[Response, vscode.AuthenticationSession]> => {
    const session = await vscode.authentication.getSession(provider, scopes, {
      createIfNone: true,
    });
    return [
      await fetch(url, { headers: { Authorization: `Bearer ${session.accessToken}` } }),
      session,
    ];
  };
  const [response, session] = await call();
  if (response.status !== 401 || (await api.verifySession(session))) return response;
  return (await call())[0];
}
