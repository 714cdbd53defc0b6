import assert from 'node:assert/strict';
import { after } from 'node:test';

import { startAdomServer, type AdomOptions, type AdomServer } from '../../servers/adom.ts';

export interface IntentAnswer {
  token: string;
  created_at: string;
  expires_at: string;
  requested_max_age: number;
  auth_url: string;
  updates_url?: string;
  confirmation_code?: string;
  completed: boolean;
}

/** Starts a server that closes after the suite or test. */
export async function adomServer(options?: AdomOptions): Promise<AdomServer> {
  const server = await startAdomServer(options);
  after(() => server.close());
  return server;
}

export async function createIntent({ url }: AdomServer, body: object = {}): Promise<IntentAnswer> {
  const response = await post(`${url}/auth/intents`, body);
  assert.equal(response.status, 201);
  return (await response.json()) as IntentAnswer;
}

export function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

export interface Answer {
  status: number;
  json: Record<string, unknown>;
}

export async function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, { headers });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

export function statusUrl({ url }: AdomServer, { token }: IntentAnswer): string {
  return `${url}/auth/intents/${token}/status`;
}

export function openStream(server: AdomServer, intent: IntentAnswer): Promise<Response> {
  return fetch(statusUrl(server, intent), { headers: { accept: 'text/event-stream' } });
}

/** Signs in as the first person. */
export async function sessionToken(server: AdomServer, body?: object): Promise<string> {
  const intent = await createIntent(server, body);
  server.approve(intent.token);
  const { json } = await get(statusUrl(server, intent));
  assert.equal(typeof json.session_token, 'string');
  return String(json.session_token);
}
