import { type Http, send } from '../../http/send.ts';

/**
 * How a server responds to the token.
 * `redirects`: VS Code before 1.126 would follow with the token.
 * `refused`: VS Code would start its own sign-in, which ends with a question about client IDs.
 * `unknown`: any other response, or none. VS Code itself shows what is wrong.
 */
export type Preflight = 'redirects' | 'refused' | 'unknown';

/**
 * Sends an MCP ping with the token before VS Code does. Follows no redirect. The status line decides: a server may
 * answer with a stream that stays open. Rejects only with `signal.reason`.
 */
export async function preflight(
  http: Http,
  url: string,
  accessToken: string,
  signal: AbortSignal,
): Promise<Preflight> {
  const outcome = await send(
    http,
    {
      name: 'MCP server',
      method: 'POST',
      url,
      headers: { ...authorization(accessToken), accept: 'application/json, text/event-stream' },
      json: { jsonrpc: '2.0', id: 0, method: 'ping' },
      ignoresBody: true,
    },
    signal,
  );
  if (outcome.kind === 'redirect') return 'redirects';
  return outcome.kind === 'answer' && (outcome.status === 401 || outcome.status === 403)
    ? 'refused'
    : 'unknown';
}

/** VS Code redacts a header with exactly this name in its log. */
export function authorization(accessToken: string): { Authorization: string } {
  return { Authorization: `Bearer ${accessToken}` };
}
