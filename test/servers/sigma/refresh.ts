import { randomBytes } from 'node:crypto';
import type { Auth } from './auth.ts';
import { activeOrganization } from './organizations.ts';
import type { BapIdentity } from './people.ts';

export interface DeviceGrant {
  /** The identity chosen at approval. Undefined if the session determines it. */
  identity: BapIdentity | undefined;
  scope: string;
}

interface Issued {
  readonly grant: DeviceGrant;
  readonly userId: string;
  readonly clientId: string;
  /** The access token that ends when the refresh token is used. */
  readonly accessToken: string;
}

/**
 * Refresh tokens (RFC 6749 §6) of a careful server for a public client. Each works once, for the client that
 * got it, and is replaced by a new one. The access tokens are session tokens of better-auth.
 */
export class RefreshTokens {
  readonly #auth: Auth;
  /** The grants of all access tokens. New ones are added here. */
  readonly #grants: Map<string, DeviceGrant>;
  readonly #issued = new Map<string, Issued>();

  constructor(auth: Auth, grants: Map<string, DeviceGrant>) {
    this.#auth = auth;
    this.#grants = grants;
  }

  /** Creates the refresh token for a new access token. */
  async issue(accessToken: string, clientId: string): Promise<string> {
    const { internalAdapter } = await this.#auth.$context;
    const found = await internalAdapter.findSession(accessToken);
    const grant = this.#grants.get(accessToken);
    if (found === null || grant === undefined) throw new Error('There is no such access token');
    return this.#keep({ grant, userId: found.session.userId, clientId, accessToken });
  }

  /** The token endpoint. Undefined if it cannot handle the request. */
  answer(request: Request): Promise<Response> | undefined {
    return request.method === 'POST' ? this.#refresh(request) : undefined;
  }

  async #refresh(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    if (form.get('grant_type') !== 'refresh_token') return refusal('unsupported_grant_type');
    const token = form.get('refresh_token') ?? '';
    const issued = this.#issued.get(token);
    if (issued?.clientId !== form.get('client_id')) return refusal('invalid_grant');
    this.#issued.delete(token); // first, so that only one of two concurrent requests gets it
    return this.#rotate(issued);
  }

  async #rotate({ grant, userId, clientId, accessToken: old }: Issued): Promise<Response> {
    const { internalAdapter } = await this.#auth.$context;
    const replaced = await internalAdapter.findSession(old);
    const activeOrganizationId = replaced === null ? undefined : activeOrganization(replaced.session);
    const { token: accessToken, expiresAt } = await internalAdapter.createSession(userId, false, {
      activeOrganizationId,
    });
    this.#grants.set(accessToken, grant);
    await internalAdapter.deleteSession(old);
    this.#grants.delete(old);
    const body = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: Math.floor((expiresAt.getTime() - Date.now()) / 1000),
      refresh_token: this.#keep({ grant, userId, clientId, accessToken }),
      scope: grant.scope,
    };
    return Response.json(body, { headers: { 'cache-control': 'no-store' } });
  }

  #keep(issued: Issued): string {
    const token = randomBytes(24).toString('base64url');
    this.#issued.set(token, issued);
    return token;
  }
}

function refusal(error: string): Response {
  return Response.json({ error }, { status: 400, headers: { 'cache-control': 'no-store' } });
}
