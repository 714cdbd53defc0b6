import * as z from 'zod/mini';

import { NEVER } from '../../src/base/timeLimit.ts';
import { send } from '../../src/http/send.ts';
import { adom } from '../../src/services/adom/adom.ts';
import { readIntentStatus } from '../../src/services/adom/intent.ts';
import type { Grant, IdentityService, PendingSignIn } from '../../src/services/service.ts';
import { ADOM_CORS, type ADOM_ROWS } from './adomRows.ts';
import { cors } from './cors.ts';
import { hostWords, member, textMember } from './outside.ts';
import { listen } from './pings.ts';
import { isEventStream } from './recorder.ts';
import { type Context, type Ending, failureWords, HeldGrants, NO_TEXTS, waitForApproval } from './signIn.ts';
import { statusWords, type Table } from './table.ts';

export type AdomTable = Table<keyof typeof ADOM_ROWS>;

/** Short, in case the sign-out fails. */
const SESSION_SECONDS = 3_600;

/** Asks Adom, as the product does: signs in, looks at every answer, and signs out. */
export async function probeAdom(context: Context, server: string, table: AdomTable): Promise<Ending> {
  const { http, signal, recorder, interrupted } = context;
  const settings = {
    apiUrl: server,
    defaultApiUrl: server,
    sessionMaxAgeSeconds: SESSION_SECONDS,
    updates: 'auto',
  } as const;
  const service = adom(http, () => settings, NO_TEXTS);
  const begun = await service.begin([], signal);
  if (begun.kind === 'failed') {
    const { failure } = begun;
    if (failure.kind === 'unreachable') return { kind: 'unreached', problem: failure.problem };
    return failure.kind === 'notTheService'
      ? { kind: 'unreached', problem: 'notTheService' }
      : { kind: 'stopped', why: failureWords(begun) };
  }
  readIntent(context, server, table);
  await askCors(context, server, table);
  const statusUrl = await poll(context, begun.pending, table);
  interrupted.throwIfAborted();

  const held = new HeldGrants(service);
  const pings = askForPings(context, service, table);
  try {
    const waited = await waitForApproval(context, service, begun.pending, held);
    if (waited.kind === 'expired')
      return { kind: 'stopped', why: 'The intent expired before it was approved.' };
    if (waited.kind === 'failed') return { kind: 'stopped', why: failureWords(waited) };
    const last = recorder.answers.at(-1);
    table.set('streamed', last !== undefined && isEventStream(last.headers));
    await askAgain(context, statusUrl, waited.grant, table);
    interrupted.throwIfAborted();
    await useToken(context, service, waited.grant, held, table);
    context.say('Signed out. Still listening for pings, for 45 s at most…');
    return { kind: 'done' };
  } finally {
    if (!(await held.revokeAll())) context.say(`Couldn’t confirm the sign-out. Log out at ${server}.`);
    await pings;
  }
}

function readIntent({ recorder }: Context, server: string, table: AdomTable): void {
  const { status, json } = recorder.to('POST', `${server}/auth/intents`).at(-1) ?? {};
  table.set('created', status === 201, String(status));
  const [created, expires] = ['created_at', 'expires_at'].map((name) =>
    Date.parse(textMember(json, name) ?? ''),
  );
  const lifetime = Math.round(((expires ?? NaN) - (created ?? NaN)) / 1000);
  if (Number.isNaN(lifetime)) table.set('lifetime', 'no', 'it names no two times');
  else table.set('lifetime', lifetime === 900, `${lifetime} s`);
  const maxAge = member(json, 'requested_max_age');
  table.set('maxAge', maxAge === SESSION_SECONDS, typeof maxAge === 'number' ? `${maxAge} s` : 'missing');
  const code = textMember(json, 'confirmation_code');
  table.set('confirmationCode', code !== undefined, code === undefined ? '' : codeForm(code));
  const updates = textMember(json, 'updates_url');
  table.set('updatesUrl', updates !== undefined, updates && hostWords(updates, server));
  const path = URL.parse(updates ?? '')?.pathname ?? '';
  table.set('updatesStatus', updates === undefined ? '–' : path.endsWith('/status'));
  const link = textMember(json, 'auth_url');
  table.set('authUrl', link !== undefined, link && hostWords(link, server));
}

/** Such as `XXXX-XXXX`, without the code itself. */
function codeForm(code: string): string {
  const form = code
    .replace(/\p{Lu}/gu, 'X')
    .replace(/\p{Ll}/gu, 'x')
    .replace(/\d/g, '0');
  return /^[Xx0 -]{1,20}$/.test(form) ? form : 'another form';
}

const StatusUrl = z.object({ statusUrl: z.string() });

/** Polls once before there is a decision. Returns the address. */
async function poll({ http, signal }: Context, pending: PendingSignIn, table: AdomTable): Promise<string> {
  const { statusUrl } = z.parse(StatusUrl, pending.toResume);
  const outcome = await send(http, { name: 'intent status', method: 'GET', url: statusUrl }, signal);
  const isPending = readIntentStatus(outcome).kind === 'pending';
  table.set('pending', isPending, outcome.kind === 'answer' ? statusWords(outcome) : 'no answer');
  return statusUrl;
}

/** Listens to a second intent, so that nobody has to wait for a ping before they approve. */
async function askForPings(context: Context, service: IdentityService, table: AdomTable): Promise<void> {
  const { unrecorded, interrupted } = context;
  try {
    const begun = await service.begin([], interrupted);
    if (begun.kind === 'failed') return;
    const { statusUrl } = z.parse(StatusUrl, begun.pending.toResume);
    const heard = await listen(unrecorded, statusUrl, interrupted);
    table.set('stream', heard?.isStream ?? 'not known', heard ? String(heard.status) : 'no answer');
    const { ping } = heard ?? {};
    const seen = ping ? `${ping.form}, the first after ${Math.round(ping.afterMs / 1000)} s` : 'none in 45 s';
    table.set(
      'pings',
      heard?.isStream === true ? ping !== undefined : '–',
      heard?.isStream === true ? seen : '',
    );
  } catch (error) {
    if (!interrupted.aborted) throw error;
  }
}

/** A lost answer can be asked for again, as long as this holds. */
async function askAgain(
  { http, signal }: Context,
  statusUrl: string,
  grant: Grant,
  table: AdomTable,
): Promise<void> {
  const outcome = await send(http, { name: 'intent status', method: 'GET', url: statusUrl }, signal);
  const status = readIntentStatus(outcome);
  const isSame = status.kind === 'authenticated' && status.sessionToken === grant.accessToken;
  table.set('again', isSame, outcome.kind === 'answer' ? statusWords(outcome) : 'no answer');
}

/** Uses a new token as the product does, and revokes it. */
async function useToken(
  { recorder, signal, interrupted }: Context,
  service: IdentityService,
  granted: Grant,
  held: HeldGrants,
  table: AdomTable,
): Promise<void> {
  const verify = async (grant: Grant): Promise<Grant | undefined> => {
    const verified = await service.verify(grant, NEVER);
    if (verified.kind === 'valid') held.add(verified.grant);
    return verified.kind === 'valid' ? verified.grant : undefined;
  };
  const identified = await service.identify(granted, signal);
  const named = identified.kind === 'identified' ? identified.grant : granted;
  held.add(named);
  interrupted.throwIfAborted();
  const [first] = recorder.to('GET', `${granted.server}/user`);
  table.set('bearer', first?.status === 200, first ? statusWords(first) : 'no answer');
  const hasRotated = named.accessToken !== granted.accessToken;
  table.set('rotates', hasRotated, hasRotated ? 'by set-cookie session_token' : '');
  const old = hasRotated ? await verify({ ...granted, sentAs: named.sentAs ?? 'bearer' }) : undefined;
  table.set('oldWorks', hasRotated ? old !== undefined : '–');
  const byCookie = await verify({ ...named, sentAs: 'cookie' });
  table.set('cookie', byCookie !== undefined);
  interrupted.throwIfAborted();

  const current = await verify({ ...(byCookie ?? named), sentAs: named.sentAs ?? 'bearer' });
  const end = await held.revoke(current ?? named);
  const logout = recorder.to('DELETE', `${granted.server}/auth/logout`).at(-1);
  table.set(
    'logout',
    logout === undefined ? 'not known' : logout.status < 300,
    logout ? statusWords(logout) : 'no answer',
  );
  const outlives = old !== undefined && (await verify(old)) !== undefined;
  if (current === undefined || end === 'unknown')
    table.set('dead', 'not known', 'GET /user gave no clear answer');
  else table.set('dead', end === 'dead', outlives ? 'but an earlier one still works' : '');
}

async function askCors(
  { unrecorded, signal, interrupted }: Context,
  server: string,
  table: AdomTable,
): Promise<void> {
  for (const [row, { path, ...request }] of Object.entries(ADOM_CORS)) {
    const { holds, seen } = await cors(unrecorded, { ...request, url: `${server}${path}` }, signal);
    table.set(row as keyof typeof ADOM_CORS, holds, seen);
    interrupted.throwIfAborted();
  }
}
