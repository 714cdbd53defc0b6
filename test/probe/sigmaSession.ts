import { NEVER } from '../../src/base/timeLimit.ts';
import { send } from '../../src/http/send.ts';
import { looksLikeBapId, readBapIdentity } from '../../src/services/bap.ts';
import type { Grant, IdentityService } from '../../src/services/service.ts';
import { listIdentityOptions } from '../../src/services/sigma/organizations.ts';
import { bearer } from '../../src/services/sigma/userinfo.ts';
import { errorOf, isJsonText, member, textMember } from './outside.ts';
import type { Answer } from './recorder.ts';
import type { SigmaTable } from './sigma.ts';
import type { Context, HeldGrants } from './signIn.ts';
import { statusWords } from './table.ts';

/** Uses a new token as the product does, and revokes it. */
export async function probeSigmaSession(
  context: Context,
  service: IdentityService,
  granted: Grant,
  held: HeldGrants,
  table: SigmaTable,
): Promise<void> {
  const { interrupted } = context;
  await askWho(context, service, granted, table);
  interrupted.throwIfAborted();
  await askSession(context, service, granted, table);
  interrupted.throwIfAborted();
  const grant = await renew(service, granted, held, table);
  interrupted.throwIfAborted();
  await signOut(context, service, grant, held, table);
}

/** The product finds the identity: it asks userinfo, lists organizations and makes one active. */
async function askWho(
  context: Context,
  service: IdentityService,
  grant: Grant,
  table: SigmaTable,
): Promise<void> {
  const { recorder, http, signal } = context;
  const api = `${grant.server}/api/auth`;
  const result = await service.identify(grant, signal);
  // Of several identities, the first one will do: it is active in this session only.
  if (result.kind === 'choice') await result.choice.choose(result.choice.identities[0]?.id, signal);
  const userinfo = recorder.to('GET', `${api}/oauth2/userinfo`);
  const [first, last] = [userinfo[0], userinfo.at(-1)];
  const before = readBapIdentity(claimsOf(first));
  table.set('bapIdAtOnce', before !== undefined, userinfo.map(statusWords)[0] ?? 'no answer');

  if (recorder.to('GET', `${api}/organization/list`).length === 0)
    await listIdentityOptions(http, grant, signal);
  const list = recorder.to('GET', `${api}/organization/list`).at(-1);
  readOrganizations(list, table);

  const setActive = recorder.to('POST', `${api}/organization/set-active`).at(-1);
  if (setActive === undefined) table.set('setActive', '–', 'no identity to make active');
  else table.set('setActive', textMember(setActive.json, 'id') !== undefined, statusWords(setActive));

  const after = readBapIdentity(claimsOf(last));
  const active = textMember(setActive?.json, 'id');
  if (active === undefined) table.set('follows', '–', 'none is active');
  else if (before !== undefined) table.set('follows', 'not known', 'it named one before');
  else table.set('follows', after?.bapId === active);
  readBap(last, table);
}

function readOrganizations(list: Answer | undefined, table: SigmaTable): void {
  const ids = Array.isArray(list?.json) ? list.json.map((each) => textMember(each, 'id') ?? '') : undefined;
  const count = ids === undefined ? '' : ids.length > 1 ? ', several' : ids.length === 1 ? ', one' : ', none';
  table.set('organizations', ids !== undefined, list ? `${statusWords(list)}${count}` : 'no answer');
  if (ids === undefined || ids.length === 0) table.set('bapOrganizations', '–');
  else {
    const matching = ids.filter(looksLikeBapId).length;
    table.set('bapOrganizations', matching > 0, matching < ids.length && matching > 0 ? 'not all' : '');
  }
}

function readBap(userinfo: Answer | undefined, table: SigmaTable): void {
  const claims = claimsOf(userinfo);
  const { bap, pubkey } = claims;
  const identity = readBapIdentity(claims);
  const isText = typeof bap === 'string' && isJsonText(bap);
  if (bap === undefined || bap === null) table.set('bapClaim', '–', bap === null ? 'null' : 'there is none');
  else table.set('bapClaim', isText, isText ? '' : typeof bap);
  const root = identity?.profile?.rootAddress;
  if (root === undefined) table.set('rootProven', '–', 'there is none');
  else table.set('rootProven', identity?.rootAddressProven === true);
  if (pubkey === undefined || pubkey === null) table.set('pubkey', '–', 'there is none');
  else table.set('pubkey', identity?.pubkey !== undefined);
}

function claimsOf(userinfo: Answer | undefined): Record<string, unknown> {
  const { json } = userinfo ?? {};
  return typeof json === 'object' && json !== null ? { ...json } : {};
}

/** Reads the session without extending it, and then as the product does to extend it. */
async function askSession(
  { recorder, http, signal }: Context,
  service: IdentityService,
  grant: Grant,
  table: SigmaTable,
): Promise<void> {
  const url = `${grant.server}/api/auth/get-session`;
  const request = { name: 'get-session', method: 'GET', url: `${url}?disableRefresh=true` } as const;
  await send(http, { ...request, headers: bearer(grant) }, signal);
  const before = recorder.to('GET', url).at(-1);
  await service.extend?.(grant, signal);
  const after = recorder.answers.findLast((each) => each.url === url);
  const session = member(after?.json, 'session');
  const [earlier, later] = [member(before?.json, 'session'), session].map((each) =>
    Date.parse(textMember(each, 'expiresAt') ?? ''),
  );
  const isKnown = textMember(session, 'token') === grant.accessToken;
  const lifetime = Math.round(((later ?? NaN) - http.clock.now()) / 3_600_000);
  const answered =
    after === undefined ? 'no answer' : `${statusWords(after)}${after.json === null ? ' null' : ''}`;
  table.set('sessionKnown', isKnown, isKnown && lifetime >= 0 ? `lives for ${lifetime} h` : answered);
  if (!isKnown) {
    table.set('sessionActive', '–');
    table.set('sessionExtended', '–');
    return;
  }
  table.set('sessionActive', textMember(session, 'activeOrganizationId') !== undefined);
  const isExtended = (later ?? 0) > (earlier ?? Infinity);
  const isDeferred = member(before?.json, 'needsRefresh') !== undefined;
  const how = isDeferred ? 'a GET only says whether a POST would' : '';
  if (isExtended) table.set('sessionExtended', 'yes', how);
  else table.set('sessionExtended', 'not known', how || 'not in its first minutes');
}

/** Uses the refresh token, if there is one. */
async function renew(
  service: IdentityService,
  grant: Grant,
  held: HeldGrants,
  table: SigmaTable,
): Promise<Grant> {
  const renewed = grant.refreshToken === undefined ? undefined : await service.renew?.(grant, NEVER);
  if (renewed?.kind === 'granted') held.add(renewed.grant);
  if (renewed === undefined) table.set('renewed', '–');
  else table.set('renewed', renewed.kind === 'granted', renewed.kind === 'granted' ? '' : renewed.kind);
  if (renewed?.kind !== 'granted') {
    table.set('rotated', '–');
    return grant;
  }
  table.set('rotated', renewed.grant.refreshToken !== grant.refreshToken);
  return renewed.grant;
}

/** Signs out as the product does, and proves it. */
async function signOut(
  { recorder, http, say }: Context,
  service: IdentityService,
  grant: Grant,
  held: HeldGrants,
  table: SigmaTable,
): Promise<void> {
  const api = `${grant.server}/api/auth`;
  const url = `${api}/get-session`;
  const wasKnown = recorder.answers.some(
    (each) => each.url === url && member(each.json, 'session') !== undefined,
  );
  const wasAlive = (await service.verify(grant, NEVER)).kind === 'valid';
  const end = await held.revoke(grant);
  const dead = recorder.to('GET', `${api}/oauth2/userinfo`).at(-1);
  for (const [row, path] of [
    ['signOut', '/sign-out'],
    ['revoke', '/oauth2/revoke'],
  ] as const) {
    const answer = recorder.to('POST', `${api}${path}`).at(-1);
    table.set(
      row,
      answer === undefined ? 'not known' : answer.status < 300,
      answer ? statusWords(answer) : 'no answer',
    );
  }
  if (!wasAlive || end === 'unknown') table.set('dead', 'not known', 'userinfo gave no clear answer');
  else table.set('dead', end === 'dead', dead && `userinfo: ${statusWords(dead)}`);

  await send(http, { name: 'get-session', method: 'GET', url, headers: bearer(grant) }, NEVER);
  const { json, status } = recorder.to('GET', url).at(-1) ?? {};
  if (!wasKnown) table.set('sessionDead', '–', 'it never knew the token');
  else
    table.set(
      'sessionDead',
      json === null,
      status === 200 ? '200' : `${status ?? 'no answer'} ${errorOf(json) ?? ''}`,
    );

  if (grant.refreshToken === undefined) table.set('refreshDead', '–');
  else {
    const again = await service.renew?.(grant, NEVER);
    if (again?.kind === 'granted') {
      held.add(again.grant);
      say(`The refresh token outlives the sign-out. End the session at ${grant.server}.`);
    }
    table.set('refreshDead', again?.kind === 'rejected', again?.kind);
  }
}
