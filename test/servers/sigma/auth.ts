import { randomBytes, randomInt } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { bearer } from 'better-auth/plugins/bearer';
import { deviceAuthorization } from 'better-auth/plugins/device-authorization';

export interface AuthOptions {
  /** Life of a code. */
  expiresInSeconds?: number;
  /** What better-auth allows between two polls, and says so. */
  intervalSeconds?: number;
  /** Life of a token; better-auth's own seven days unless told otherwise. */
  tokenSeconds?: number;
  /** The only clients served; any client if left out. */
  clientIds?: readonly string[];
  /** Where the code is entered, as the answer has it; this server's /device if left out. */
  verificationUri?: string;
}

/** better-auth's tables in memory, as far as the stand-in touches them. */
export interface Database {
  [model: string]: Record<string, unknown>[];
  deviceCode: { userCode: string; expiresAt: Date }[];
}

/** The passwords are public and the same; hashing them would take most of a test's time. */
const inTheOpen = {
  hash: (password: string) => Promise.resolve(password),
  verify: ({ hash, password }: { hash: string; password: string }) => Promise.resolve(hash === password),
};

/** Sigma Identity is made of better-auth and its device-authorization plugin; so is the stand-in. */
export function createAuth(url: string, db: Database, options: AuthOptions) {
  const { clientIds } = options;
  return betterAuth({
    baseURL: url,
    basePath: '/api/auth',
    secret: randomBytes(32).toString('base64url'),
    database: memoryAdapter(db),
    emailAndPassword: { enabled: true, password: inTheOpen },
    session: { expiresIn: options.tokenSeconds ?? 7 * 24 * 3600 },
    // The device token has to work as `Authorization: Bearer` at sign-out, where stock better-auth wants a cookie.
    plugins: [
      bearer(),
      deviceAuthorization({
        expiresIn: `${options.expiresInSeconds ?? 900}s`,
        interval: `${options.intervalSeconds ?? 5}s`,
        generateUserCode: userCode,
        verificationUri: options.verificationUri ?? '/device',
        ...(clientIds && { validateClient: (clientId: string) => clientIds.includes(clientId) }),
      }),
    ],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
}

export type Auth = ReturnType<typeof createAuth>;

/** ABCD-1234, without letters and digits that are taken for each other. */
function userCode(): string {
  const pick = (from: string): string =>
    Array.from({ length: 4 }, () => from.charAt(randomInt(from.length))).join('');
  return `${pick('BCDFGHJKLMNPQRSTVWXZ')}-${pick('23456789')}`;
}

/** As people type it: in lower case, with blanks, without the dash. */
export function normalizeUserCode(typed: string): string {
  const bare = typed.replace(/[^a-z0-9]/gi, '').toUpperCase();
  return bare.length === 8 ? `${bare.slice(0, 4)}-${bare.slice(4)}` : bare;
}
