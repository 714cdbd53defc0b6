import * as vscode from 'vscode';

import type { BapIdentityApi, Identity } from './bap-identity';

/** What BAP Identity offers beside its sessions. */
export async function bapIdentity(): Promise<BapIdentityApi> {
  const extension = vscode.extensions.getExtension<BapIdentityApi>('bap-identity.bap-authentication');
  if (extension === undefined) throw new Error('Install the extension BAP Identity.');
  return extension.activate();
}

/** Who uses this editor. Asks them to sign in, and for their consent, where that is needed. */
export async function whoAmI(): Promise<Identity> {
  const session = await vscode.authentication.getSession('sigma-identity', ['openid', 'profile'], {
    createIfNone: true,
  });
  return (await bapIdentity()).getIdentity(session);
}

/** Calls a service in the person's name. Asks for a new sign-in, once, when their session has ended there. */
export async function callService(url: string, provider: string, scopes: string[]): Promise<Response> {
  const api = await bapIdentity();
  const call = async (): Promise<[Response, vscode.AuthenticationSession]> => {
    const session = await vscode.authentication.getSession(provider, scopes, { createIfNone: true });
    return [await fetch(url, { headers: { Authorization: `Bearer ${session.accessToken}` } }), session];
  };
  const [response, session] = await call();
  if (response.status !== 401 || (await api.verifySession(session))) return response;
  return (await call())[0];
}
