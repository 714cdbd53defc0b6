import assert from 'node:assert/strict';

import { systemClock } from '../../../src/base/clock.ts';
import { ADOM_ROWS } from '../../probe/adomRows.ts';
import { probe } from '../../probe/probe.ts';
import { SIGMA_ROWS } from '../../probe/sigmaRows.ts';
import { startAdomServer, type AdomOptions, type AdomServer } from '../../servers/adom.ts';
import { startSigmaServer, type SigmaOptions, type SigmaServer } from '../../servers/sigma.ts';

/** What a run of the probe came to. */
export interface Probed {
  readonly code: 0 | 1;
  /** What may be passed on. */
  readonly printed: string;
  /** Everything else. */
  readonly said: string;
}

export interface Run {
  readonly sigma?: string;
  readonly adom?: string;
  readonly only?: 'sigma' | 'adom';
  readonly clientId?: string;
  readonly interrupted?: AbortSignal;
  /** Called when the user is to approve, with the code and the link. */
  readonly approve?: (code: string, link: string) => void;
}

const NOBODY = 'http://127.0.0.1:1';

export async function runProbe({ approve, interrupted, ...options }: Run): Promise<Probed> {
  const [printed, said]: [string[], string[]] = [[], []];
  const code = await probe(
    { sigma: NOBODY, adom: NOBODY, clientId: 'editor', ...options },
    {
      clock: systemClock,
      print: (text) => printed.push(text),
      say: (text) => {
        said.push(text);
        const [link] = /(?<=Link: ).*/.exec(text) ?? [];
        if (link !== undefined) approve?.(/(?<=Code: ).*/.exec(text)?.[0] ?? '', link);
      },
      interrupted: interrupted ?? new AbortController().signal,
    },
  );
  return { code, printed: printed.join('\n'), said: said.join('\n') };
}

/** Approves after the first poll at an endpoint, as a person does. */
export function approveAtSigma(
  server: SigmaServer,
  code: string,
  { person = 0, endpoint = '/api/auth/device/token' } = {},
): void {
  const change = async (answer: Record<string, unknown>): Promise<unknown> => {
    await server.approve(code, 0, person);
    return answer;
  };
  server.failNext(`POST ${endpoint}`, { kind: 'rewrite', change });
}

export function approveAtAdom(server: AdomServer, link: string): void {
  server.approve(new URL(link).searchParams.get('token') ?? undefined);
}

/** Probes a reference server while a person approves. */
export async function probeSigmaWith(options: SigmaOptions, person = 0): Promise<Probed> {
  const server = await startSigmaServer({ intervalSeconds: 1, ...options });
  try {
    const endpoint = options.oauth && '/api/auth/oauth2/token';
    const approve = (code: string): void => {
      approveAtSigma(server, code, { person, ...(endpoint && { endpoint }) });
    };
    const probed = await runProbe({ sigma: server.url, only: 'sigma', approve });
    await assertSignedOutOfSigma(server);
    return probed;
  } finally {
    await server.close();
  }
}

export async function probeAdomWith(options: AdomOptions): Promise<Probed> {
  const server = await startAdomServer({ pingMs: 100, ...options });
  try {
    const approve = (_code: string, link: string): void => {
      approveAtAdom(server, link);
    };
    const probed = await runProbe({ adom: server.url, only: 'adom', approve });
    assertSignedOutOfAdom(server);
    return probed;
  } finally {
    await server.close();
  }
}

/** No token that the probe has sent works any more, and it has sent one. */
export async function assertSignedOutOfSigma({ url, requests }: SigmaServer): Promise<void> {
  const tokens = bearers(requests);
  assert.ok(tokens.size > 0, 'no token was sent');
  for (const token of tokens) {
    const headers = { authorization: `Bearer ${token}` };
    const userinfo = await fetch(`${url}/api/auth/oauth2/userinfo`, { headers });
    assert.equal(userinfo.status, 401);
    const session = await fetch(`${url}/api/auth/get-session`, { headers });
    assert.equal(await session.text(), 'null');
  }
}

export function assertSignedOutOfAdom(server: AdomServer): void {
  const tokens = bearers(server.requests);
  assert.ok(tokens.size > 0, 'no token was sent');
  for (const token of tokens) assert.equal(server.nameOf(token), undefined);
}

function bearers(requests: AdomServer['requests']): Set<string> {
  return new Set(
    requests.flatMap(({ headers: { authorization = '', cookie = '' } }) =>
      [...authorization.matchAll(/(?<=^Bearer ).+/g), ...cookie.matchAll(/(?<=session_token=).+/g)].map(
        String,
      ),
    ),
  );
}

/** The rows of a table: whether each holds, and what was seen. By the keys of the rows. */
export function rowsOf(printed: string, statements: Record<string, string>): Record<string, string> {
  const found = new Map(
    printed.split('\n').map((line) => {
      const [, what = '', ...rest] = line.split('|').map((cell) => cell.trim());
      return [what, rest.join(' ').trim()] as const;
    }),
  );
  return Object.fromEntries(
    Object.entries(statements).map(([key, what]) => [key, found.get(what) ?? 'missing']),
  );
}

export const sigmaRows = ({ printed }: Probed): Record<string, string> => rowsOf(printed, SIGMA_ROWS);
export const adomRows = ({ printed }: Probed): Record<string, string> => rowsOf(printed, ADOM_ROWS);
