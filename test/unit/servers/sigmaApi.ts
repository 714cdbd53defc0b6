import assert from 'node:assert/strict';
import { after } from 'node:test';

import { startSigmaServer, type SigmaOptions, type SigmaServer } from '../../servers/sigma.ts';

export interface CodeAnswer {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

/** Starts a server that closes after the suite or test. */
export async function sigmaServer(options?: SigmaOptions): Promise<SigmaServer> {
  const server = await startSigmaServer(options);
  after(() => server.close());
  return server;
}

export interface Answer {
  status: number;
  json: Record<string, unknown>;
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

export async function post(url: string, body: object, token?: string): Promise<Answer> {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  return answerOf(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

export async function requestCode({ url }: SigmaServer, scope = 'openid profile'): Promise<CodeAnswer> {
  const { status, json } = await post(`${url}/api/auth/device/code`, { client_id: 'editor', scope });
  assert.equal(status, 200);
  return json as object as CodeAnswer;
}

export function poll({ url }: SigmaServer, { device_code }: CodeAnswer): Promise<Answer> {
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  return post(`${url}/api/auth/device/token`, { grant_type, device_code, client_id: 'editor' });
}

/** The status and the error code (RFC 6749 §5.2). */
export async function refusal(server: SigmaServer, code: CodeAnswer): Promise<[number, unknown]> {
  const { status, json } = await poll(server, code);
  return [status, json.error];
}

export async function get(url: string, token: string): Promise<Answer> {
  return answerOf(await fetch(url, { headers: { authorization: `Bearer ${token}` } }));
}

export function userinfo({ url }: SigmaServer, token: string): Promise<Answer> {
  return get(`${url}/api/auth/oauth2/userinfo`, token);
}

export async function organizations({ url }: SigmaServer, token: string): Promise<Record<string, unknown>[]> {
  const { status, json } = await get(`${url}/api/auth/organization/list`, token);
  assert.equal(status, 200);
  assert.ok(Array.isArray(json));
  return json as Record<string, unknown>[];
}

export function setActive({ url }: SigmaServer, token: string, organizationId: string): Promise<Answer> {
  return post(`${url}/api/auth/organization/set-active`, { organizationId }, token);
}

export interface StoredSession {
  token: string;
  createdAt: string;
  expiresAt: string;
  activeOrganizationId?: string | null;
}

/** What get-session tells of a token that works. */
export async function session({ url }: SigmaServer, token: string, query = ''): Promise<StoredSession> {
  const { status, json } = await get(`${url}/api/auth/get-session${query}`, token);
  assert.equal(status, 200);
  return json.session as StoredSession;
}

/** Signs in and gives the access token. */
export async function accessToken(server: SigmaServer, identity = 0, person = 0): Promise<string> {
  const code = await requestCode(server);
  await server.approve(code.user_code, identity, person);
  const { status, json } = await poll(server, code);
  assert.equal(status, 200);
  return String(json.access_token);
}
