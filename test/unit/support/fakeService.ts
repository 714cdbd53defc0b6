import type {
  Grant,
  IdentityService,
  RenewResult,
  RevokeResult,
  VerifyResult,
} from '../../../src/services/service.ts';
import type { Servers } from '../../../src/http/address.ts';
import type { FakeClock } from './fakeClock.ts';
import type { FakeProcess } from './fakeProcess.ts';

/** The default of its setting, and its server at the start. */
export const SERVER = 'https://auth.example';

/**
 * A service that knows which tokens are good. It decides when a request arrives, and answers later. A refresh token
 * works once, and ends the access token that came with it.
 */
export class FakeService implements IdentityService {
  readonly id = 'sigma-identity';
  readonly label = 'Test Identity';
  readonly purpose = 'test';
  readonly tokenRights = 'test';
  readonly defaultScopes = [];
  readonly settingKeys = { server: 'test.server' };
  /**
   * The setting as the user wrote it. New grants are for this server. `followSettings` tells a window about a change.
   */
  server: string | undefined = SERVER;
  /** How long an answer takes, in milliseconds. */
  readonly takes = { verify: 0, extend: 0, renew: 0, revoke: 0 };
  /** Gives no definite answer, as without a network, behind a proxy's page, or with a 403, 429 or 5xx. */
  offline = false;
  /** Refuses our client where a client is named: at a renewal. */
  refusesClient = false;
  /** Gives a new access token with each verification, and ends the previous one, unless `keepsRotated`. */
  rotates = false;
  /** Goes on accepting the tokens before, until `reject`. */
  keepsRotated = false;
  /** The lifetime of the access tokens that it grants for refresh tokens. */
  lifeMs = 3_600_000;
  /** How long a session lasts from its extension. */
  extendedMs = 7 * 24 * 3_600_000;
  /** The requests that it got, such as `renew refresh 1`. */
  readonly asked: string[] = [];
  /** Refresh tokens that were sent a second time. A strict service then ends the session. */
  readonly reused: string[] = [];

  /** Its sign-ins never wait for anything. */
  readonly resume: IdentityService['resume'] = () => undefined;

  /** The service as a window sees it. */
  readonly seenFrom: (process: FakeProcess) => IdentityService = () => this;

  readonly #clock: FakeClock;
  readonly #good = new Set<string>();
  readonly #used = new Set<string>();
  readonly #rotatedAway = new Set<string>();
  #grants = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Grants `access 1`, and `refresh 1` where it is refreshable; then 2, and so on. */
  grant({ lifeMs, refreshable = false }: { lifeMs?: number; refreshable?: boolean } = {}): Grant {
    const n = ++this.#grants;
    const grant: Grant = {
      server: this.server ?? SERVER,
      accessToken: `access ${n}`,
      ...(refreshable && { refreshToken: `refresh ${n}` }),
      ...(lifeMs !== undefined && { expiresAtMs: this.#clock.now() + lifeMs }),
    };
    this.#good.add(grant.accessToken);
    if (grant.refreshToken !== undefined) this.#good.add(grant.refreshToken);
    return grant;
  }

  servers(): Servers {
    return { current: this.server, defaultServer: SERVER };
  }

  /** True for a refresh token that was exchanged for new tokens. */
  isUsed(token: string): boolean {
    return this.#used.has(token);
  }

  accepts(token: string | undefined): boolean {
    return token !== undefined && this.#good.has(token);
  }

  reject(...tokens: (string | undefined)[]): void {
    for (const token of tokens) if (token !== undefined) this.#good.delete(token);
  }

  async verify(grant: Grant, signal: AbortSignal): Promise<VerifyResult> {
    const verdict = this.#verdict(grant, () => (this.rotates ? this.#rotated(grant) : grant));
    await this.#answer(`verify ${grant.accessToken}`, this.takes.verify, signal);
    return verdict;
  }

  /** No service both rotates and extends, so a token that it has rotated says nothing here. */
  async extend(grant: Grant, signal: AbortSignal): Promise<VerifyResult> {
    if (this.#rotatedAway.has(grant.accessToken)) return { kind: 'unknown' };
    const expiresAtMs = this.#clock.now() + this.extendedMs;
    const verdict = this.#verdict(grant, () => ({ ...grant, expiresAtMs }));
    await this.#answer(`extend ${grant.accessToken}`, this.takes.extend, signal);
    return verdict;
  }

  async renew({ accessToken, refreshToken }: Grant, signal: AbortSignal): Promise<RenewResult> {
    const renewed = this.#renewed(accessToken, refreshToken);
    await this.#answer(`renew ${refreshToken ?? 'nothing'}`, this.takes.renew, signal);
    return renewed;
  }

  async revoke({ accessToken, refreshToken }: Grant, signal: AbortSignal): Promise<RevokeResult> {
    this.reject(accessToken, refreshToken);
    await this.#answer(`revoke ${accessToken}`, this.takes.revoke, signal);
    return { kind: 'ended' };
  }

  begin(): never {
    throw new Error('not part of these tests');
  }

  check(): never {
    throw new Error('not part of these tests');
  }

  identify(): never {
    throw new Error('not part of these tests');
  }

  #verdict({ accessToken }: Grant, valid: () => Grant): VerifyResult {
    if (this.offline) return { kind: 'unknown' };
    return this.accepts(accessToken) ? { kind: 'valid', grant: valid() } : { kind: 'rejected' };
  }

  #rotated(grant: Grant): Grant {
    if (!this.keepsRotated) this.reject(grant.accessToken);
    this.#rotatedAway.add(grant.accessToken);
    return { ...grant, accessToken: this.grant().accessToken };
  }

  #renewed(accessToken: string, refreshToken: string | undefined): RenewResult {
    if (this.offline || refreshToken === undefined) return { kind: 'unknown' };
    if (this.refusesClient) return { kind: 'clientRefused' };
    if (this.#used.has(refreshToken)) this.reused.push(refreshToken);
    if (!this.accepts(refreshToken)) return { kind: 'rejected' };
    this.#used.add(refreshToken);
    this.reject(accessToken, refreshToken);
    return { kind: 'granted', grant: this.grant({ lifeMs: this.lifeMs, refreshable: true }) };
  }

  async #answer(asked: string, ms: number, signal: AbortSignal): Promise<void> {
    this.asked.push(asked);
    if (ms > 0) await this.#clock.sleep(ms, signal);
  }
}
