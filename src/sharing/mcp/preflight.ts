import { type Http, send } from '../../http/http.ts';

/**
 * What a server says to the token, before VS Code sends it.
 * `redirects`: VS Code before 1.126 would carry the token to wherever the server sends it.
 * `refused`: VS Code would begin a sign-in of its own, and end it with a question about client IDs.
 * `unknown`: all other answers, and none. VS Code itself tells the person what is wrong.
 */
export type Preflight = 'redirects' | 'refused' | 'unknown';

/** Sends the server a request of MCP's that changes nothing. Redirects are not followed. Rejects with `signal.reason`. */
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
    },
    signal,
  );
  if (outcome.kind === 'redirect') return 'redirects';
  return outcome.kind === 'answer' && (outcome.status === 401 || outcome.status === 403)
    ? 'refused'
    : 'unknown';
}

/** VS Code hides a header with this very name in its log. */
export function authorization(accessToken: string): { Authorization: string } {
  return { Authorization: `Bearer ${accessToken}` };
}
