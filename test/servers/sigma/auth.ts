import { randomBytes, randomInt } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { bearer } from 'better-auth/plugins/bearer';
import { deviceAuthorization } from 'better-auth/plugins/device-authorization';
import { organization } from 'better-auth/plugins/organization';
import { oauthPlugins, type OAuthOptions } from './oauthRoad.ts';
import type { Person } from './people.ts';

export interface AuthOptions {
  /** The life of a code, in seconds. */
  expiresInSeconds?: number;
  /** The interval that better-auth names and enforces, in seconds. */
  intervalSeconds?: number;
  /** The life of a token, in seconds. By default the seven days of better-auth. */
  tokenSeconds?: number;
  /** The age from which get-session gives a token a later end, in seconds. By default the day of better-auth. */
  updateAgeSeconds?: number;
  /** Whether there are organizations. Without them their endpoints answer 404. By default true. */
  organizations?: boolean;
  /** The accepted client ids. By default any. */
  clientIds?: readonly string[];
  /** The page for the code. By default /device of this server. */
  verificationUri?: string;
  /** Grants tokens at the OAuth endpoint, to registered clients. By default session tokens, to any client. */
  oauth?: OAuthOptions;
}

/** The tables of better-auth that the stand-in uses, in memory. */
export interface Database {
  [model: string]: Record<string, unknown>[];
  deviceCode: { userCode: string; expiresAt: Date; lastPolledAt?: Date }[];
}

/** The passwords are public, and hashing them would take most of a test's time. */
const inTheOpen = {
  hash: (password: string) => Promise.resolve(password),
  verify: ({ hash, password }: { hash: string; password: string }) => Promise.resolve(hash === password),
};

/** Sigma Identity uses better-auth and these plugins, and so does the stand-in. */
export function createAuth(url: string, db: Database, options: AuthOptions, people: readonly Person[]) {
  const { clientIds, oauth } = options;
  const device = {
    expiresIn: `${options.expiresInSeconds ?? 900}s`,
    interval: `${options.intervalSeconds ?? 5}s`,
    generateUserCode: userCode,
    verificationUri: options.verificationUri ?? '/device',
    ...(clientIds && { validateClient: (clientId: string) => clientIds.includes(clientId) }),
  } as const;
  return betterAuth({
    baseURL: url,
    basePath: '/api/auth',
    secret: randomBytes(32).toString('base64url'),
    database: memoryAdapter(db),
    emailAndPassword: { enabled: true, password: inTheOpen },
    session: {
      expiresIn: options.tokenSeconds ?? 7 * 24 * 3600,
      updateAge: options.updateAgeSeconds ?? 24 * 3600,
    },
    // Makes sign-out accept the device token as `Authorization: Bearer`. better-auth itself wants a cookie.
    plugins: [
      bearer(),
      ...(oauth ? oauthPlugins(device, oauth, people) : [deviceAuthorization(device)]),
      ...(options.organizations === false ? [] : [organization()]),
    ],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
}

export type Auth = ReturnType<typeof createAuth>;

/** A code such as ABCD-1234, without letters and digits that look alike. */
function userCode(): string {
  const pick = (from: string): string =>
    Array.from({ length: 4 }, () => from.charAt(randomInt(from.length))).join('');
  return `${pick('BCDFGHJKLMNPQRSTVWXZ')}-${pick('23456789')}`;
}

/** Ignores case, blanks and the dash in a typed code. */
export function normalizeUserCode(typed: string): string {
  const bare = typed.replace(/[^a-z0-9]/gi, '').toUpperCase();
  return bare.length === 8 ? `${bare.slice(0, 4)}-${bare.slice(4)}` : bare;
}
