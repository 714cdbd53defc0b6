import { withCors } from '../cors.ts';
import type { Approvals } from './approval.ts';
import type { Auth, AuthOptions } from './auth.ts';
import { activeIdentity } from './organizations.ts';
import { claimsOf, type Person } from './people.ts';
import { RefreshTokens, type DeviceGrant } from './refresh.ts';

export interface ApiOptions {
  /** Adds `POST /api/auth/oauth2/revoke`, for which better-auth itself answers 404. */
  revocation?: boolean;
  /** Grants refresh tokens and adds `POST /api/auth/oauth2/token`. Sigma Identity has neither today. */
  refreshTokens?: boolean;
  /** Whether userinfo names the identity whose organization is active. By default true. */
  claimsFollowOrganization?: boolean;
  /** Lets pages of any origin use every endpoint, and not only the three of which this is known. */
  anyOrigin?: boolean;
}

/**
 * Sigma Identity's additions to better-auth: claims for a device token, its own complete URI, a list of clients, and
 * CORS on three endpoints. Revocation and refresh tokens, which other servers have, are options.
 */
export class SigmaApi {
  /** better-auth itself has no revocation endpoint (404), but some servers do. */
  revocation: boolean;
  readonly #auth: Auth;
  readonly #approvals: Approvals;
  readonly #people: readonly Person[];
  readonly #claimsFollow: boolean;
  readonly #anyOrigin: boolean;
  /** better-auth's own OAuth provider answers, instead of our additions. */
  readonly #isOAuth: boolean;
  readonly #clientIds: readonly string[] | undefined;
  readonly #userCodes = new Map<string, string>();
  /** The grants, by access token. */
  readonly #grants = new Map<string, DeviceGrant>();
  readonly #refreshTokens: RefreshTokens | undefined;

  constructor(
    auth: Auth,
    approvals: Approvals,
    people: readonly Person[],
    options: ApiOptions & Pick<AuthOptions, 'clientIds' | 'oauth'>,
  ) {
    this.#auth = auth;
    this.#approvals = approvals;
    this.#people = people;
    this.#claimsFollow = options.claimsFollowOrganization ?? true;
    this.#anyOrigin = options.anyOrigin ?? false;
    this.#isOAuth = options.oauth !== undefined;
    this.#clientIds = options.clientIds ?? options.oauth?.clientIds;
    this.revocation = options.revocation ?? false;
    if (options.refreshTokens === true) this.#refreshTokens = new RefreshTokens(auth, this.#grants);
  }

  answer(request: Request): Promise<Response> {
    return this.#anyOrigin ? withCors(request, () => this.#answer(request)) : this.#answer(request);
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case '/api/oauth-clients':
        return this.#clients(searchParams.get('clientId'));
      case '/api/auth/device/code':
        return withCors(request, () => this.#deviceCode(request));
      case '/api/auth/device/token':
        return withCors(request, () => this.#deviceToken(request));
      case '/api/auth/oauth2/userinfo':
        return withCors(request, () =>
          this.#isOAuth ? this.#auth.handler(request) : this.#userinfo(request),
        );
      case '/api/auth/oauth2/revoke':
        return this.#revoke(request);
      case '/api/auth/oauth2/token':
        return this.#refreshTokens?.answer(request) ?? this.#auth.handler(request);
      default:
        return this.#auth.handler(request);
    }
  }

  sessionOf(token: string): Promise<unknown> {
    return this.#auth.api.getSession({ headers: new Headers({ authorization: `Bearer ${token}` }) });
  }

  /** Ends a session, as if the user had ended it on another device. */
  async endSession(token: string): Promise<void> {
    const { internalAdapter } = await this.#auth.$context;
    await internalAdapter.deleteSession(token);
  }

  /** Sigma Identity's list of clients, which anybody may ask for one of them. */
  #clients(clientId: string | null): Response {
    const isKnown = clientId !== null && (this.#clientIds?.includes(clientId) ?? true);
    return Response.json({ clients: isKnown ? [{ clientId, name: clientId }] : [] });
  }

  async #deviceCode(request: Request): Promise<Response> {
    const response = await this.#auth.handler(request);
    if (!response.ok) return response;
    const answer = (await response.json()) as Record<string, unknown> & CodeAnswer;
    this.#userCodes.set(answer.device_code, answer.user_code);
    // better-auth's parameter is user_code, Sigma Identity's is code.
    const complete = new URL(answer.verification_uri);
    complete.searchParams.set('code', answer.user_code);
    return replaced(response, { ...answer, verification_uri_complete: complete.href });
  }

  async #deviceToken(request: Request): Promise<Response> {
    const asked = (await request
      .clone()
      .json()
      .catch(() => ({}))) as { device_code?: string; client_id?: string };
    const response = await this.#auth.handler(request);
    if (!response.ok) return response;
    const answer = (await response.clone().json()) as { access_token: string; scope: string };
    const identity = this.#approvals.picked.get(this.#userCodes.get(asked.device_code ?? '') ?? '');
    this.#grants.set(answer.access_token, { identity, scope: answer.scope });
    if (this.#refreshTokens === undefined) return response;
    const refresh_token = await this.#refreshTokens.issue(answer.access_token, asked.client_id ?? '');
    return replaced(response, { ...answer, refresh_token });
  }

  async #userinfo(request: Request): Promise<Response> {
    const authorization = request.headers.get('authorization') ?? '';
    const found = await this.#auth.api.getSession({
      headers: new Headers({ authorization }),
      query: { disableRefresh: true }, // a token does not live longer because of its claims
    });
    const grant = this.#grants.get(found?.session.token ?? '');
    if (found === null || grant === undefined) {
      const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
      return Response.json({ error: 'invalid_token' }, { status: 401, headers });
    }
    const { user, session } = found;
    const active = this.#claimsFollow ? activeIdentity(session, user.email, this.#people) : undefined;
    return Response.json(claimsOf(user, grant.identity ?? active, grant.scope));
  }

  /** RFC 7009 §2.2: the answer to an unknown token is the same. */
  async #revoke(request: Request): Promise<Response> {
    if (!this.revocation || request.method !== 'POST') return this.#auth.handler(request);
    await this.endSession(new URLSearchParams(await request.text()).get('token') ?? '');
    return new Response(null, { status: 200 });
  }
}

interface CodeAnswer {
  device_code: string;
  user_code: string;
  verification_uri: string;
}

function replaced(response: Response, body: object): Response {
  return Response.json(body, { status: response.status, headers: response.headers });
}
