import { wantsStream, type Fault } from '../faults.ts';
import { cookieOf } from '../page.ts';
import { defaultMaxAge, type Intent, type Intents } from './intents.ts';
import type { AdomPages } from './pages.ts';
import type { IntentStreams } from './stream.ts';

export interface ApiOptions {
  /** The form of `updates_url`: with `/status`, without it as in some documents, or absent. */
  updatesUrl?: 'with-status' | 'without-status' | 'absent';
  /** Whether an intent has a `confirmation_code`. True by default. */
  confirmationCode?: boolean;
  /** Whether `Authorization: Bearer` is accepted. The cookie is always accepted. */
  bearer?: boolean;
  /**
   * Whether each `GET /user` response sets a new session token in a cookie. False by default. `keepingOld`: the tokens
   * before go on working until `endSession`.
   */
  rotatesTokens?: boolean | 'keepingOld';
}

/** Adom's endpoints for signing in and out. The error messages are invented. */
export class AdomApi {
  readonly #intents: Intents;
  readonly #streams: IntentStreams;
  readonly #pages: AdomPages;
  readonly #url: string;
  readonly #options: ApiOptions;

  constructor(intents: Intents, streams: IntentStreams, pages: AdomPages, url: string, options: ApiOptions) {
    this.#intents = intents;
    this.#streams = streams;
    this.#pages = pages;
    this.#url = url;
    this.#options = options;
  }

  async answer(request: Request, fault: Fault | undefined): Promise<Response> {
    const { pathname } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case 'POST /auth/intents':
        return this.#create(await request.text());
      case 'GET /user':
        return this.#withSession(request, (token) => this.#user(token));
      case 'DELETE /auth/logout':
        return this.#withSession(request, (token) => {
          this.#intents.endSession(token);
          return new Response(null, { status: 204 });
        });
    }
    const [, token, status] = /^\/auth\/intents\/([^/]+)(\/status)?$/.exec(pathname) ?? [];
    if (token === undefined) return refuse(404, 'Not found');
    const found = this.#intents.find(token);
    if (found.kind === 'unknown') return refuse(404, 'Token not found');
    if (found.kind === 'expired') return refuse(410, 'Intent expired');
    const { intent } = found;
    switch (`${request.method} ${status ?? ''}`) {
      case 'GET ':
        return Response.json(this.#describe(intent));
      case 'PATCH ':
        return this.#link(intent, request);
      case 'GET /status':
        return this.#status(intent, request, fault);
      default:
        return refuse(405, 'Method not allowed');
    }
  }

  #create(sent: string): Response {
    const maxAge = readMaxAge(sent);
    if (maxAge === undefined) return refuse(422, 'max_age must be a positive number of seconds');
    const intent = this.#intents.create(maxAge, this.#options.confirmationCode ?? true);
    return Response.json(this.#describe(intent), { status: 201 });
  }

  #describe(intent: Intent): object {
    const self = `${this.#url}/auth/intents/${intent.token}`;
    const { updatesUrl = 'with-status' } = this.#options;
    return {
      token: intent.token,
      created_at: new Date(intent.createdAtMs).toISOString(),
      expires_at: new Date(intent.expiresAtMs).toISOString(),
      requested_max_age: intent.maxAge,
      auth_url: `${this.#url}/auth/intent?token=${intent.token}`,
      ...(updatesUrl !== 'absent' && {
        updates_url: updatesUrl === 'with-status' ? `${self}/status` : self,
      }),
      ...(intent.confirmationCode !== undefined && { confirmation_code: intent.confirmationCode }),
      completed: intent.session !== undefined,
    };
  }

  /** Called by the browser of a logged-in user, never by an app. */
  async #link(intent: Intent, request: Request): Promise<Response> {
    const person = this.#pages.personOf(request);
    if (person === undefined) return refuse(401, 'Log in first');
    const body = parse(await request.text());
    const code = typeof body?.confirmation_code === 'string' ? body.confirmation_code : undefined;
    const linked = this.#intents.link(intent, person, code);
    if (linked === 'already linked') return refuse(409, 'Intent already linked to a session');
    if (linked === 'wrong code') return refuse(422, 'Wrong confirmation code');
    return Response.json(this.#describe(intent));
  }

  #user(token: string): Response {
    const response = Response.json(this.#intents.session(token)?.person.user);
    const { rotatesTokens = false } = this.#options;
    const rotated =
      rotatesTokens === false ? undefined : this.#intents.rotate(token, rotatesTokens === 'keepingOld');
    if (rotated !== undefined)
      response.headers.append(
        'set-cookie',
        `session_token=${rotated}; Path=/; HttpOnly; Secure; SameSite=Lax`,
      );
    return response;
  }

  #status(intent: Intent, request: Request, fault: Fault | undefined): Response {
    const linked = intent.session !== undefined;
    // A guess: the response after the session has ended is undocumented.
    if (linked && this.#intents.session(intent.session?.token ?? '') === undefined)
      return Response.json({ state: 'authenticated', session_token: null });
    if (wantsStream(request.headers.get('accept')))
      return this.#streams.answer(intent, fault?.kind === 'stream' ? fault.how : undefined);
    return Response.json(
      linked
        ? { state: 'authenticated', session_token: this.#intents.retrieve(intent) }
        : { state: 'pending' },
    );
  }

  #withSession(request: Request, work: (token: string) => Response): Response {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    const cookie = cookieOf(request, 'session_token');
    const token = (this.#options.bearer === false ? undefined : bearer) ?? cookie;
    if (token === undefined || this.#intents.session(token) === undefined) return refuse(401, 'Unauthorized');
    return work(token);
  }
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

/** The body and all its members are optional. */
function readMaxAge(sent: string): number | undefined {
  const body = sent === '' ? {} : parse(sent);
  if (body === undefined) return undefined;
  const { max_age: maxAge = defaultMaxAge } = body;
  return typeof maxAge === 'number' && maxAge > 0 ? maxAge : undefined;
}

function parse(sent: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(sent);
    return typeof json === 'object' && json !== null ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}
