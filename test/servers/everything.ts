import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { type McpTestServer, startTestServer } from './mcp.ts';

/**
 * The reference MCP server `@modelcontextprotocol/server-everything`, over Streamable HTTP with sessions, behind a
 * proxy that records the requests. It ignores tokens.
 */
export async function startEverythingServer(): Promise<McpTestServer> {
  const manifest = createRequire(import.meta.url).resolve(
    '@modelcontextprotocol/server-everything/package.json',
  );
  const port = await freePort();
  const program = path.join(path.dirname(manifest), 'dist/index.js');
  const server = spawn(process.execPath, [program, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const text of server.stderr.setEncoding('utf8')) if (String(text).includes(String(port))) break;
  server.stderr.resume();
  const proxy = await startTestServer((request) => forward(request, `http://127.0.0.1:${port}`));
  return {
    ...proxy,
    async close() {
      await proxy.close();
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
    },
  };
}

async function forward(request: Request, origin: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const body = await request.text();
  const headers = new Headers(request.headers);
  for (const name of ['host', 'connection', 'content-length']) headers.delete(name);
  const response = await fetch(`${origin}${pathname}${search}`, {
    method: request.method,
    headers,
    body: body === '' ? null : body,
  });
  const answered = new Headers(response.headers);
  for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length'])
    answered.delete(name);
  return new Response(response.body, { status: response.status, headers: answered });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
