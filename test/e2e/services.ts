import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { labelAt } from '../servers/accountLabel.ts';
import { startAdomServer } from '../servers/adom.ts';
import { requestsTo, startSigmaServer, type Exchange } from '../servers/sigma.ts';

/** A reference service and the user's actions there, so that the same tests can run for each service. */
export interface RunningService {
  readonly settings: Record<string, unknown>;
  /** The label of the account that signs in. */
  readonly account: string;
  approveInBrowser(tab: Page, code: string): Promise<void>;
  approve(code: string): Promise<void>;
  expire(code: string): void;
  /** Whether a sign-out has reached the service. */
  sessionEnded(): boolean;
  /** Whether the service itself knows a session with this token, reachable or not. */
  knows(token: string): Promise<boolean>;
  /** The access token of the latest sign-in. */
  token(): string;
  /** Takes the service off the network, or brings it back. */
  setReachable(reachable: boolean): Promise<void>;
  /** What must never be logged: codes, tokens, and URLs that contain them. */
  secrets(): string[];
  close(): Promise<void>;
}

export interface Service {
  readonly id: string;
  readonly label: string;
  start(): Promise<RunningService>;
}

const sigma: Service = {
  id: 'sigma-identity',
  label: 'Sigma Identity',
  async start() {
    const server = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    const codes: string[] = [];
    return {
      settings: { 'bapIdentity.sigma.serverUrl': server.url },
      account: labelAt(server.url, 'satoshi (3DgKFHRq8n2RDjF4dZEyncXVc1Rf)'),
      async approveInBrowser(tab, code) {
        codes.push(code);
        await tab.getByRole('button', { name: 'Continue as demo person' }).click();
        await tab.getByLabel('Code').fill(code);
        await tab.getByRole('button', { name: 'Continue' }).click();
        await tab.getByRole('button', { name: 'Approve' }).click();
        await tab.getByRole('heading', { name: 'Approved' }).waitFor();
      },
      async approve(code) {
        codes.push(code);
        await server.approve(code);
      },
      expire(code) {
        codes.push(code);
        server.expire(code);
      },
      sessionEnded: () =>
        requestsTo(server.requests, '/api/auth/sign-out').some(({ status }) => status === 200),
      knows: async (token) => (await server.sessionOf(token)) !== null,
      token: () => bearerTokens(server.requests).at(-1) ?? assert.fail('no token'),
      setReachable: (reachable) => server.setReachable(reachable),
      secrets: () => [
        ...codes,
        ...bearerTokens(server.requests),
        ...bodyTexts(server.requests, 'device_code'),
      ],
      close: () => server.close(),
    };
  },
};

const adom: Service = {
  id: 'adom',
  label: 'Adom',
  async start() {
    const server = await startAdomServer({ anyOrigin: true });
    const codes: string[] = [];
    return {
      settings: { 'bapIdentity.adom.apiUrl': server.url },
      account: labelAt(server.url, 'Ada (66f0a1c25b7e4d0012a9c301)'),
      async approveInBrowser(tab, code) {
        codes.push(code);
        await tab.getByRole('button', { name: 'Continue as demo person' }).click();
        await tab.getByLabel('Confirmation code').fill(code);
        await tab.getByRole('button', { name: 'Confirm' }).click();
        await tab.getByRole('heading', { name: 'Signed in' }).waitFor();
      },
      approve(code) {
        codes.push(code);
        server.approve();
        return Promise.resolve();
      },
      expire(code) {
        codes.push(code);
        server.expire();
      },
      sessionEnded: () => requestsTo(server.requests, 'DELETE /auth/logout').length > 0,
      knows: (token) => Promise.resolve(server.nameOf(token) !== undefined),
      token: () => bearerTokens(server.requests).at(-1) ?? assert.fail('no token'),
      setReachable: (reachable) => server.setReachable(reachable),
      secrets: () => [
        ...codes,
        ...bearerTokens(server.requests),
        ...server.requests.flatMap(({ path }) => /^\/auth\/intents\/([^/]+)\/status$/.exec(path)?.[1] ?? []),
      ],
      close: () => server.close(),
    };
  },
};

export const services: readonly Service[] = [sigma, adom];

function bearerTokens(requests: readonly Exchange[]): string[] {
  return requests.flatMap(({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? []);
}

function bodyTexts(requests: readonly Exchange[], key: string): string[] {
  return requests.flatMap(({ body }) => {
    const value: unknown =
      typeof body === 'object' && body !== null && key in body ? Reflect.get(body, key) : undefined;
    return typeof value === 'string' ? [value] : [];
  });
}
