import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { z } from 'zod';
import { withCors } from './cors.ts';
import { FaultQueue, type Exchange, type Fault } from './faults.ts';
import { listen } from './listen.ts';

export interface McpTestServer {
  /** Such as `http://127.0.0.1:4321/mcp`. */
  readonly url: string;
  /** All requests, in order. */
  readonly requests: Exchange[];
  /** The distinct tokens received. */
  tokens(): string[];
  /** Makes the next request to an endpoint fail: `failNext('/mcp', { kind: 'redirect', to })`. */
  failNext(endpoint: string, fault: Fault, times?: number): void;
  clearFaults(): void;
  close(): Promise<void>;
}

const Owner = z.object({ name: z.string(), bap_id: z.string().optional() });

/**
 * A stateless MCP server, built with the official SDK. It asks the service at `userUrl` for the token's owner, whom its
 * tool `whoami` returns, and responds with 401 to an invalid token.
 */
export async function startMcpServer(userUrl: string): Promise<McpTestServer> {
  const faults = new FaultQueue();
  const listener = await listen({
    faults,
    handler: () => (request) => withMcpCors(request, () => answer(request, userUrl)),
  });
  return {
    url: `${listener.url}/mcp`,
    requests: listener.requests,
    tokens: () => [
      ...new Set(
        listener.requests.flatMap(
          ({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? [],
        ),
      ),
    ],
    failNext: (endpoint, fault, times) => {
      faults.failNext(endpoint, fault, times);
    },
    clearFaults: () => {
      faults.clear();
    },
    close: () => listener.close(),
  };
}

/** Includes MCP's headers for preflight requests. */
async function withMcpCors(request: Request, work: () => Promise<Response>): Promise<Response> {
  const response = await withCors(request, work);
  if (request.method === 'OPTIONS')
    response.headers.append('access-control-allow-headers', 'mcp-protocol-version, mcp-session-id');
  return response;
}

async function answer(request: Request, userUrl: string): Promise<Response> {
  if (new URL(request.url).pathname !== '/mcp') return new Response(null, { status: 404 });
  const owner = await ownerOf(request.headers.get('authorization'), userUrl);
  if (owner === undefined) {
    const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
    return Response.json({ error: 'invalid_token' }, { status: 401, headers });
  }
  if (request.method !== 'POST') return new Response(null, { status: 405 });
  const server = new McpServer({ name: 'bap-test', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Tells whose token the server got.' }, () => ({
    content: [{ type: 'text', text: `${owner.name} ${owner.bap_id ?? ''}`.trim() }],
  }));
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  return transport.handleRequest(request);
}

async function ownerOf(
  authorization: string | null,
  userUrl: string,
): Promise<z.infer<typeof Owner> | undefined> {
  if (authorization === null) return undefined;
  const response = await fetch(userUrl, { headers: { authorization } });
  return response.ok ? Owner.parse(await response.json()) : undefined;
}
