import { withTimeLimit } from '../../src/base/timeLimit.ts';
import { FETCH_DEFAULTS, type Http } from '../../src/http/send.ts';
import { CHECK_LIMIT_MS } from '../../src/services/serviceCheck.ts';
import type { Holds } from './table.ts';

/** One request that the extension sends in a web worker, without its token. */
export interface CorsRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** Carries a token. */
  readonly authorized?: true;
  readonly json?: object;
}

/** Such as VS Code for the web has it: another one for each workspace. */
const ORIGIN = 'https://probe.vscode-cdn.net';
/** A page may always send these (the Fetch standard, "CORS-safelisted method"). */
const SAFE_METHODS = ['GET', 'POST'];

/**
 * Whether a browser would let a web worker send a request and read its answer (the Fetch standard, "CORS protocol"):
 * asks as a browser does, with a preflight where one is needed. Rejects only with `signal.reason`.
 */
export async function cors(
  http: Http,
  request: CorsRequest,
  signal: AbortSignal,
): Promise<{ holds: Holds; seen: string }> {
  const { method, url, authorized, json } = request;
  const wanted = [...(authorized ? ['authorization'] : []), ...(json ? ['content-type'] : [])];
  try {
    if (wanted.length > 0 || !SAFE_METHODS.includes(method)) {
      const asked = {
        'access-control-request-method': method,
        ...(wanted.length > 0 && { 'access-control-request-headers': wanted.join(',') }),
      };
      const { status, headers } = await ask(http, url, 'OPTIONS', asked, undefined, signal);
      if (status < 200 || status >= 300) return { holds: 'no', seen: `preflight ${status}` };
      const missing = refusal(headers, method, wanted);
      if (missing !== undefined) return { holds: 'no', seen: `preflight ${status}: ${missing}` };
    }
    const own: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
    const { status, headers } = await ask(http, url, method, own, json, signal);
    return allowsOrigin(headers)
      ? { holds: 'yes', seen: `without a token: ${status}` }
      : { holds: 'no', seen: `answer ${status}: the origin is not allowed` };
  } catch {
    signal.throwIfAborted();
    return { holds: 'not known', seen: 'no answer' };
  }
}

async function ask(
  http: Http,
  url: string,
  method: string,
  headers: Record<string, string>,
  json: object | undefined,
  signal: AbortSignal,
): Promise<Pick<Response, 'status' | 'headers'>> {
  return await withTimeLimit(http.clock, CHECK_LIMIT_MS, signal, async (limited) => {
    const response = await http.fetch(url, {
      ...FETCH_DEFAULTS,
      method,
      headers: { origin: ORIGIN, 'user-agent': http.userAgent ?? '', ...headers },
      ...(json && { body: JSON.stringify(json) }),
      signal: limited,
    });
    await response.body?.cancel();
    return response;
  });
}

function refusal(headers: Headers, method: string, wanted: readonly string[]): string | undefined {
  if (!allowsOrigin(headers)) return 'the origin is not allowed';
  const methods = listOf(headers, 'access-control-allow-methods');
  if (!SAFE_METHODS.includes(method) && !methods.includes(method.toLowerCase()) && !methods.includes('*'))
    return `${method} is not allowed`;
  const names = listOf(headers, 'access-control-allow-headers');
  // `*` does not cover `authorization`.
  const missing = wanted.filter(
    (each) => !names.includes(each) && (each === 'authorization' || !names.includes('*')),
  );
  return missing.length > 0 ? `${missing.join(', ')} not allowed` : undefined;
}

function allowsOrigin(headers: Headers): boolean {
  return ['*', ORIGIN].includes(headers.get('access-control-allow-origin') ?? '');
}

function listOf(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? '').split(',').map((each) => each.trim().toLowerCase());
}
