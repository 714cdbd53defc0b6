import { send } from '../../src/http/send.ts';
import type { ClientCheck } from '../../src/services/serviceCheck.ts';
import type { BeginResult, Grant, IdentityService } from '../../src/services/service.ts';
import { sigma } from '../../src/services/sigma/sigma.ts';
import { cors } from './cors.ts';
import { hostWords, member, textMember } from './outside.ts';
import type { Answer } from './recorder.ts';
import { type Context, type Ending, failureWords, HeldGrants, NO_TEXTS, waitForApproval } from './signIn.ts';
import { SIGMA_CORS, type SIGMA_ROWS } from './sigmaRows.ts';
import { probeSigmaSession } from './sigmaSession.ts';
import { type Holds, statusWords, type Table } from './table.ts';

export type SigmaTable = Table<keyof typeof SIGMA_ROWS>;

const CLIENT_LISTED = {
  known: ['yes', ''],
  unlisted: ['no', 'it answers without it'],
  refused: ['no', 'refused'],
  unknown: ['–', 'no list answers'],
} as const satisfies Record<ClientCheck, readonly [holds: Holds, seen: string]>;

/** Asks Sigma Identity, as the product does: signs in, looks at every answer, and signs out. */
export async function probeSigma(
  context: Context,
  server: string,
  clientId: string,
  table: SigmaTable,
): Promise<Ending> {
  const { http, signal, recorder, interrupted } = context;
  const settings = { serverUrl: server, defaultServerUrl: server, clientId };
  const service = sigma(http, () => settings, NO_TEXTS);
  const { client = 'unknown' } = await service.check(signal);
  const [isListed, listed] = CLIENT_LISTED[client];
  table.set('clientListed', isListed, listed);
  interrupted.throwIfAborted();
  const begun = await begin(context, service, server, table);
  if (begun.kind === 'failed') {
    const { failure } = begun;
    if (failure.kind === 'unreachable') return { kind: 'unreached', problem: failure.problem };
    if (failure.kind === 'notTheService') return { kind: 'unreached', problem: 'notTheService' };
  }
  await askCors(context, server, table);
  if (begun.kind === 'failed') return { kind: 'stopped', why: failureWords(begun) };
  await askForm(context, server, clientId, table);
  interrupted.throwIfAborted();

  const held = new HeldGrants(service);
  const from = recorder.answers.length;
  try {
    const waited = await waitForApproval(context, service, begun.pending, held);
    readPolls(recorder.answers.slice(from), server, table);
    if (waited.kind === 'expired')
      return { kind: 'stopped', why: 'The code expired before it was approved.' };
    if (waited.kind === 'failed') {
      const { failure } = waited;
      if (failure.kind === 'clientRefused') table.set('clientAccepted', 'no', failure.error);
      return { kind: 'stopped', why: failureWords(waited) };
    }
    readGrant(waited.grant, recorder.answers.at(-1), table);
    await probeSigmaSession(context, service, waited.grant, held, table);
    return { kind: 'done' };
  } finally {
    if (!(await held.revokeAll()))
      context.say(`Couldn’t confirm the sign-out. End the session at ${server}.`);
  }
}

/** Requests a code with a scope that most servers have and the product does not ask for, then without it. */
async function begin(
  { recorder, signal }: Context,
  service: IdentityService,
  server: string,
  table: SigmaTable,
): Promise<BeginResult> {
  const [full, plain] = [[...service.defaultScopes, 'offline_access'], service.defaultScopes];
  let begun = await service.begin(full, signal);
  const first = recorder.to('POST', `${server}/api/auth/device/code`).at(-1);
  const isRefused = begun.kind === 'failed' && begun.failure.kind === 'refused';
  if (isRefused) begun = await service.begin(plain, signal);
  if (begun.kind === 'failed') {
    if (begun.failure.kind === 'clientRefused') table.set('clientAccepted', 'no', begun.failure.error);
    return begun;
  }
  table.set('clientAccepted', 'yes');
  table.set('offlineAccess', !isRefused, first && statusWords(first));
  const { json } = recorder.to('POST', `${server}/api/auth/device/code`).at(-1) ?? {};
  readCode(json, server, table);
  return begun;
}

function readCode(json: unknown, server: string, table: SigmaTable): void {
  const [lifetime, interval] = ['expires_in', 'interval'].map((name) => secondsWords(member(json, name)));
  table.set(
    'codeAnswer',
    lifetime !== undefined && interval !== undefined,
    `lifetime ${lifetime ?? 'missing'}, interval ${interval ?? 'missing'}`,
  );
  const code = textMember(json, 'user_code') ?? '';
  const address = textMember(json, 'verification_uri_complete') ?? '';
  const query = [...(URL.parse(address)?.searchParams ?? [])].find(([, value]) => value === code)?.[0] ?? '';
  const parameter = /^[a-z_]{1,20}$/.test(query) ? `parameter ${query}` : 'not as a parameter';
  table.set(
    'completeUri',
    address !== '',
    address === '' ? 'missing' : `${parameter}, ${hostWords(address, server)}`,
  );
}

/** A number of seconds, and whether it came as text. */
function secondsWords(value: unknown): string | undefined {
  if (typeof value === 'string' && /^\d{1,10}$/.test(value))
    return `${durationWords(Number(value))}, as text`;
  return typeof value === 'number' && Number.isFinite(value) ? durationWords(value) : undefined;
}

function durationWords(seconds: number): string {
  return seconds < 3_600 ? `${seconds} s` : `${Math.round(seconds / 3_600)} h`;
}

/** Requests a code that nobody will approve. */
async function askForm(
  { http, signal }: Context,
  server: string,
  clientId: string,
  table: SigmaTable,
): Promise<void> {
  const url = `${server}/api/auth/device/code`;
  const form = { client_id: clientId, scope: 'openid profile' };
  const outcome = await send(http, { name: 'device code', method: 'POST', url, form }, signal);
  if (outcome.kind !== 'answer') table.set('codeByForm', 'not known', 'no answer');
  else table.set('codeByForm', textMember(outcome.json, 'device_code') !== undefined, statusWords(outcome));
}

function readPolls(answers: readonly Answer[], server: string, table: SigmaTable): void {
  const polls = answers.filter(({ method }) => method === 'POST');
  const last = polls.at(-1);
  const waiting = polls.filter(({ status }) => status >= 400);
  const pending = waiting.find(({ json }) => textMember(json, 'error') === 'authorization_pending');
  const shown = pending ?? waiting[0];
  if (shown === undefined) table.set('waiting', 'not known', 'approved before the first poll');
  else table.set('waiting', pending !== undefined, statusWords(shown));
  if (last === undefined || last.status >= 400) return;
  const isDevice = last.url === `${server}/api/auth/device/token`;
  table.set('deviceRoad', isDevice, isDevice ? '' : 'from the OAuth endpoint, oauth2/token, by a form');
}

function readGrant(grant: Grant, answer: Answer | undefined, table: SigmaTable): void {
  const lifetime = secondsWords(member(answer?.json, 'expires_in'));
  table.set('tokenLifetime', lifetime !== undefined, lifetime);
  const scopes = grant.scopes ?? [];
  const known = ['openid', 'profile', 'offline_access'].filter((each) => scopes.includes(each));
  const others = scopes.length - known.length;
  table.set('tokenScope', scopes.length > 0, [...known, ...(others > 0 ? [`${others} more`] : [])].join(' '));
  table.set('idToken', grant.idToken !== undefined);
  table.set('refreshToken', grant.refreshToken !== undefined);
}

async function askCors(
  { unrecorded, signal, interrupted }: Context,
  server: string,
  table: SigmaTable,
): Promise<void> {
  for (const [row, { path, ...request }] of Object.entries(SIGMA_CORS)) {
    const { holds, seen } = await cors(unrecorded, { ...request, url: `${server}/api/auth${path}` }, signal);
    table.set(row as keyof typeof SIGMA_CORS, holds, seen);
    interrupted.throwIfAborted();
  }
}
