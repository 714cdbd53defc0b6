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
type Owner = z.infer<typeof Owner>;

/** Finds the owner of a token. Undefined for an invalid token. */
type FindOwner = (token: string) => Promise<Owner | undefined>;

/**
 * A stateless MCP server, built with the official SDK. It asks the service for the token's owner, whom its tool
 * `whoami` returns, and responds with 401 to an invalid token. `service`: the address that returns the owner, or a
 * function.
 */
export async function startMcpServer(service: string | FindOwner): Promise<McpTestServer> {
  const findOwner = typeof service === 'string' ? (token: string) => ownerAt(service, token) : service;
  return startTestServer((request) => withMcpCors(request, () => answer(request, findOwner)));
}

/** Records what an MCP server is asked. */
export async function startTestServer(
  handler: (request: Request) => Promise<Response>,
): Promise<McpTestServer> {
  const faults = new FaultQueue();
  const listener = await listen({ faults, handler: () => handler });
  return {
    url: `${listener.url}/mcp`,
    requests: listener.requests,
    tokens: () => [
      ...new Set(listener.requests.flatMap(({ headers }) => tokenOf(headers.authorization) ?? [])),
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

async function answer(request: Request, findOwner: FindOwner): Promise<Response> {
  if (new URL(request.url).pathname !== '/mcp') return new Response(null, { status: 404 });
  const token = tokenOf(request.headers.get('authorization'));
  const owner = token === undefined ? undefined : await findOwner(token);
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

async function ownerAt(userUrl: string, token: string): Promise<Owner | undefined> {
  const response = await fetch(userUrl, { headers: { authorization: `Bearer ${token}` } });
  return response.ok ? Owner.parse(await response.json()) : undefined;
}

function tokenOf(authorization: string | null | undefined): string | undefined {
  return /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
}
