import { oauthDeviceAuthorization, oauthProvider } from '@better-auth/oauth-provider';
import type { BetterAuthPlugin } from 'better-auth';
import { jwt } from 'better-auth/plugins/jwt';
import type { Auth } from './auth.ts';
import { claimsOf, type Person } from './people.ts';

/** How the server grants tokens to registered clients, at its OAuth endpoint alone. */
export interface OAuthOptions {
  /** The IDs of the registered clients, which are public. Others get no code. */
  readonly clientIds: readonly string[];
  /** The life of an access token, in seconds. By default the hour of better-auth. */
  readonly tokenSeconds?: number;
}

/** The tables that only these plugins use. */
export const OAUTH_TABLES = [
  'jwks',
  'oauthClient',
  'oauthAccessToken',
  'oauthRefreshToken',
  'oauthConsent',
  'oauthResource',
  'oauthClientResource',
  'oauthClientAssertion',
];

const GRANT_TYPES = ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'];
const SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** better-auth's own OAuth provider, which replaces the plugin for device authorization. */
export function oauthPlugins(
  device: NonNullable<Parameters<typeof oauthDeviceAuthorization>[0]>,
  { tokenSeconds }: OAuthOptions,
  people: readonly Person[],
): BetterAuthPlugin[] {
  const plugins: unknown = [
    jwt(), // signs ID tokens
    oauthProvider({
      loginPage: '/device',
      consentPage: '/device',
      scopes: SCOPES,
      ...(tokenSeconds !== undefined && { accessTokenExpiresIn: tokenSeconds }),
      // A token says nothing of an active organization, so a person's only identity is the one.
      customUserInfoClaims: ({ user, scopes }) => {
        const { identities } = people.find(({ email }) => email === user.email) ?? { identities: [] };
        const identity = identities.length === 1 ? identities[0] : undefined;
        return claimsOf(user, identity, scopes.join(' ')) as Record<string, unknown>;
      },
    }),
    oauthDeviceAuthorization(device),
  ];
  return plugins as BetterAuthPlugin[]; // their types are not made for `exactOptionalPropertyTypes`
}

/** Registers public clients, as an administrator does. */
export async function addClients(auth: Auth, { clientIds }: OAuthOptions): Promise<void> {
  const { adapter } = await auth.$context;
  for (const clientId of clientIds)
    await adapter.create({
      model: 'oauthClient',
      data: {
        clientId,
        name: clientId,
        tokenEndpointAuthMethod: 'none',
        grantTypes: GRANT_TYPES,
        scopes: SCOPES,
        redirectUris: [],
      },
    });
}
