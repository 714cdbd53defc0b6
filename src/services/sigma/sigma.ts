import * as z from 'zod/mini';

import { parseServer, servers } from '../../http/address.ts';
import { nonEmpty, safeAddress, userCode } from '../../http/schema.ts';
import type { Http } from '../../http/send.ts';
import {
  type DeviceAuthorization,
  type DeviceGrantClient,
  requestDeviceAuthorization,
  waitForDeviceGrant,
} from '../../oauth/deviceGrant.ts';
import { failed } from '../../oauth/failure.ts';
import type { BeginResult, IdentityService, PendingSignIn, ServiceTexts } from '../service.ts';
import { checkSigma } from './check.ts';
import { identify } from './identify.ts';
import { revoke } from './revoke.ts';
import { extend, renew, toGrant, verify } from './session.ts';

export interface SigmaSettings {
  /** The setting `bapIdentity.sigma.serverUrl`, as the user wrote it. */
  readonly serverUrl: string;
  /** Sigma Identity's public server, which the setting names by default. */
  readonly defaultServerUrl: string;
  /** The setting `bapIdentity.sigma.clientId`. */
  readonly clientId: string;
}

/**
 * Sigma Identity: the OAuth 2.0 device authorization grant (RFC 8628), and userinfo claims with a BAP identity.
 * `settings` is read at the start of each operation.
 */
export function sigma(http: Http, settings: () => SigmaSettings, texts: ServiceTexts): IdentityService {
  return {
    id: 'sigma-identity',
    label: 'Sigma Identity',
    ...texts,
    identitiesAt: 'https://sigmaidentity.com',
    tokenVariable: 'CLAWNET_TOKEN', // of ClawNet, which takes tokens of Sigma Identity
    defaultScopes: ['openid', 'profile'],
    settingKeys: { server: 'bapIdentity.sigma.serverUrl', client: 'bapIdentity.sigma.clientId' },
    servers: () => servers(settings().serverUrl, settings().defaultServerUrl),
    begin: (scopes, signal) => begin(http, settings(), scopes, signal),
    resume: (toResume, deadlineMs) => resume(http, toResume, deadlineMs),
    identify: (grant, signal, options) => identify(http, grant, signal, options),
    verify: (grant, signal, subject) => verify(http, grant, signal, subject),
    extend: (grant, signal, subject) => extend(http, grant, signal, subject),
    renew: (grant, signal) => renew(http, settings().clientId, grant, signal),
    revoke: (grant, signal) => revoke(http, settings().clientId, grant, signal),
    check: (signal) => checkSigma(http, settings(), signal),
  };
}

async function begin(
  http: Http,
  { serverUrl, clientId }: SigmaSettings,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<BeginResult> {
  const server = parseServer(serverUrl);
  if (server === undefined) return failed('badServerSetting');
  const client = clientAt(server, clientId);
  const result = await requestDeviceAuthorization(http, client, scopes, signal);
  if (result.kind === 'failed') return result;
  return { kind: 'pending', pending: pendingSignIn(http, server, client, result.authorization) };
}

function clientAt(server: string, clientId: string): DeviceGrantClient {
  return {
    codeUrl: `${server}/api/auth/device/code`,
    tokenUrl: `${server}/api/auth/device/token`,
    oauthTokenUrl: `${server}/api/auth/oauth2/token`,
    clientId,
  };
}

/** What is stored of a pending sign-in. */
const ToResume = z.object({
  server: z.string(),
  clientId: z.string(),
  deviceCode: nonEmpty,
  userCode,
  verificationUri: safeAddress,
  verificationUriComplete: z.exactOptional(safeAddress),
  intervalMs: z.number(),
});

function resume(http: Http, toResume: unknown, deadlineMs: number): PendingSignIn | undefined {
  const saved = z.safeParse(ToResume, toResume).data;
  if (saved === undefined) return undefined;
  const { server, clientId, ...authorization } = saved;
  return pendingSignIn(http, server, clientAt(server, clientId), { ...authorization, deadlineMs });
}

function pendingSignIn(
  http: Http,
  server: string,
  client: DeviceGrantClient,
  authorization: DeviceAuthorization,
): PendingSignIn {
  const { deadlineMs, ...rest } = authorization;
  return {
    userCode: authorization.userCode,
    verificationUri: authorization.verificationUri,
    browserUri: authorization.verificationUriComplete ?? authorization.verificationUri,
    deadlineMs,
    toResume: { server, clientId: client.clientId, ...rest } satisfies z.infer<typeof ToResume>,
    wait: async (signal, onContact, interruption) => {
      const waited = await waitForDeviceGrant(http, client, authorization, signal, onContact, interruption);
      if (waited.kind !== 'granted') return waited;
      return {
        kind: 'granted',
        grant: toGrant({ server, clientId: client.clientId }, waited.grant, waited.receivedAtMs),
      };
    },
  };
}
