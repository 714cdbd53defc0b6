import { parseServer, servers } from '../../http/address.ts';
import { withoutUndefined } from '../../http/schema.ts';
import { type Http, send, sendWithin } from '../../http/send.ts';
import {
  type DeviceGrantClient,
  requestDeviceAuthorization,
  waitForDeviceGrant,
} from '../../oauth/deviceGrant.ts';
import { failed, rejectsToken } from '../../oauth/failure.ts';
import { refreshGrant, type TokenGrant } from '../../oauth/tokenResponse.ts';
import type {
  BeginResult,
  Grant,
  IdentityService,
  RenewResult,
  ServiceTexts,
  VerifyResult,
} from '../service.ts';
import { checkSigma } from './check.ts';
import { identify } from './identify.ts';
import { extendSession } from './session.ts';
import { bearer, readUserInfo, userinfo } from './userinfo.ts';

export interface SigmaSettings {
  /** The setting `bapIdentity.sigma.serverUrl`, as the person wrote it. */
  readonly serverUrl: string;
  /** Its default. */
  readonly defaultServerUrl: string;
  readonly clientId: string;
}

/**
 * Sigma Identity: the OAuth 2.0 device authorization grant (RFC 8628), and userinfo claims with a BAP
 * identity. `settings` is called when an operation starts. `texts` are shown to the person.
 */
export function sigma(http: Http, settings: () => SigmaSettings, texts: ServiceTexts): IdentityService {
  return {
    id: 'sigma-identity',
    label: 'Sigma Identity',
    ...texts,
    identitiesAt: 'https://sigmaidentity.com',
    defaultScopes: ['openid', 'profile'],
    settingKeys: { server: 'bapIdentity.sigma.serverUrl', client: 'bapIdentity.sigma.clientId' },
    servers: () => servers(settings().serverUrl, settings().defaultServerUrl),
    begin: (scopes, signal) => begin(http, settings(), scopes, signal),
    identify: (grant, signal) => identify(http, grant, signal),
    verify: (grant, signal) => verify(http, grant, signal),
    extend: (grant, signal) => extend(http, grant, signal),
    renew: (grant, signal) => renew(http, settings(), grant, signal),
    revoke: (grant, signal) => revoke(http, settings(), grant, signal),
    check: (signal) => checkSigma(http, settings(), signal),
  };
}

async function begin(
  http: Http,
  settings: SigmaSettings,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<BeginResult> {
  const server = parseServer(settings.serverUrl);
  if (server === undefined) return failed('badServerSetting');
  const client: DeviceGrantClient = {
    codeUrl: `${server}/api/auth/device/code`,
    tokenUrl: `${server}/api/auth/device/token`,
    clientId: settings.clientId,
  };
  const result = await requestDeviceAuthorization(http, client, scopes, signal);
  if (result.kind === 'failed') return result;
  const { authorization } = result;
  return {
    kind: 'pending',
    pending: {
      userCode: authorization.userCode,
      verificationUri: authorization.verificationUri,
      browserUri: authorization.verificationUriComplete ?? authorization.verificationUri,
      deadlineMs: authorization.deadlineMs,
      wait: async (waitSignal, onContact) => {
        const waited = await waitForDeviceGrant(http, client, authorization, waitSignal, onContact);
        if (waited.kind !== 'granted') return waited;
        return { kind: 'granted', grant: toGrant(server, waited.grant, waited.receivedAtMs) };
      },
    },
  };
}

function toGrant(server: string, { expiresInSeconds, ...tokens }: TokenGrant, receivedAtMs: number): Grant {
  const expiresAtMs = expiresInSeconds && receivedAtMs + expiresInSeconds * 1000;
  return { server, ...tokens, ...withoutUndefined({ expiresAtMs }) };
}

async function verify(http: Http, grant: Grant, signal: AbortSignal): Promise<VerifyResult> {
  const outcome = await send(http, userinfo(grant), signal);
  if (rejectsToken(outcome)) return { kind: 'rejected' };
  return readUserInfo(outcome) === undefined ? { kind: 'unknown' } : { kind: 'valid', grant };
}

async function extend(http: Http, grant: Grant, signal: AbortSignal): Promise<VerifyResult> {
  const url = `${grant.server}/api/auth/get-session`;
  const slid = await extendSession(http, url, grant.accessToken, signal);
  if (slid.kind === 'alive') {
    // An earlier end than the known one ends nothing: it depends on two clocks, and the token works.
    const expiresAtMs = Math.max(slid.expiresAtMs, grant.expiresAtMs ?? 0);
    return { kind: 'valid', grant: { ...grant, expiresAtMs } };
  }
  if (slid.kind === 'unknown') return slid;
  // A server that gives OAuth tokens to devices, or takes no Bearer here, answers the same to a good token.
  const { kind } = await verify(http, grant, signal);
  return { kind: kind === 'valid' ? 'unknown' : 'rejected' };
}

/** Uses better-auth's OAuth token endpoint, because its endpoint for device codes accepts no other grant. */
async function renew(
  http: Http,
  settings: SigmaSettings,
  { server, refreshToken }: Grant,
  signal: AbortSignal,
): Promise<RenewResult> {
  if (refreshToken === undefined) return { kind: 'unknown' };
  const url = `${server}/api/auth/oauth2/token`;
  const result = await refreshGrant(http, url, settings.clientId, refreshToken, signal);
  if (result.kind !== 'granted') return result;
  return { kind: 'granted', grant: toGrant(server, result.grant, result.receivedAtMs) };
}

/** Half of the time limit that callers set for `revoke`, so that the second request is sent in time. */
const SIGN_OUT_LIMIT_MS = 2_500;

/**
 * better-auth ends a session token at `sign-out` and an OAuth token at `revoke`. We cannot tell which kind it
 * is, and a 200 does not prove that the token was ended. So this calls both.
 */
async function revoke(http: Http, settings: SigmaSettings, grant: Grant, signal: AbortSignal): Promise<void> {
  const api = `${grant.server}/api/auth`;
  const headers = bearer(grant);
  const signOut = { name: 'sign-out', method: 'POST', url: `${api}/sign-out`, headers, json: {} } as const;
  await sendWithin(http, SIGN_OUT_LIMIT_MS, signOut, signal);
  // Revoking a refresh token also ends its access tokens (RFC 7009 §2.1).
  const form = { token: grant.refreshToken ?? grant.accessToken, client_id: settings.clientId };
  await send(http, { name: 'revoke', method: 'POST', url: `${api}/oauth2/revoke`, form }, signal);
}
