import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { wantsStream, type Exchange, type Fault, type FaultQueue } from './faults.ts';

/** Receives the fault, because only the server itself can apply one to an event stream. */
export type Handler = (request: Request, fault: Fault | undefined) => Promise<Response>;

export interface Listener {
  readonly url: string;
  readonly requests: Exchange[];
  /** Takes the server off the network, or brings it back at the same port. It forgets nothing. */
  setReachable(reachable: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface ListenOptions {
  port?: number | undefined;
  faults: FaultQueue;
  /** Receives the URL, because the services' responses contain it. */
  handler: (url: string) => Handler | Promise<Handler>;
}

/** A Node HTTP server on the loopback interface with web `Request` and `Response`. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const requests: Exchange[] = [];
  const ready = Promise.withResolvers<Handler>();
  // When a busy machine stalls this process, an idle connection would end with a request already on its way.
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      console.error(error);
      outgoing.destroy();
    });
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await toRequest(incoming, url);
    const exchange = await toExchange(request);
    requests.push(exchange);
    const { method, path, headers } = exchange;
    const fault = options.faults.take(method, path, wantsStream(headers.accept));
    const handler = await ready.promise;
    const response = await answer(fault, () => handler(request, fault));
    if (response === undefined) {
      // A held request stays open until its client or close() ends it.
      if (fault?.kind !== 'hold') incoming.socket.destroy();
      return;
    }
    exchange.status = response.status;
    await send(response, outgoing, fault?.kind === 'truncate');
  }

  const open = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await open(options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  ready.resolve(await options.handler(url));
  return {
    url,
    requests,
    setReachable: (reachable) => (reachable ? open(port) : close()),
    close,
  };
}

/** Undefined: the connection is dropped. */
async function answer(
  fault: Fault | undefined,
  work: () => Promise<Response>,
): Promise<Response | undefined> {
  switch (fault?.kind) {
    case undefined:
    case 'truncate':
    case 'stream':
      return work();
    case 'answer':
      return typeof fault.body === 'object'
        ? Response.json(fault.body, { status: fault.status, headers: fault.headers ?? {} })
        : new Response(fault.body ?? null, { status: fault.status, headers: fault.headers ?? {} });
    case 'html':
      return new Response('<!doctype html><title>Welcome</title><p>Log in to this network to go on.', {
        status: fault.status ?? 200,
        headers: { 'content-type': 'text/html; charset=utf-8' },
      });
    case 'redirect':
      return new Response(null, { status: fault.status ?? 302, headers: { location: fault.to } });
    case 'drop':
      return undefined;
    case 'lost':
      await (await work()).text();
      return undefined;
    case 'hold':
      if (fault.until === undefined) return undefined;
      await fault.until;
      return work();
    case 'rewrite': {
      const done = await work();
      const headers = new Headers(done.headers);
      headers.delete('content-length');
      const body = await fault.change((await done.json()) as Record<string, unknown>);
      return new Response(JSON.stringify(body), { status: done.status, headers });
    }
  }
}

async function toRequest(incoming: IncomingMessage, url: string): Promise<Request> {
  const headers = new Headers();
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '');
  }
  const method = incoming.method ?? 'GET';
  const body = await text(incoming);
  return new Request(new URL(incoming.url ?? '/', url), { method, headers, body: body === '' ? null : body });
}

async function toExchange(request: Request): Promise<Exchange> {
  const { pathname: path, search: query } = new URL(request.url);
  const sent = await request.clone().text();
  let body: unknown = sent === '' ? undefined : sent;
  try {
    body = JSON.parse(sent);
  } catch {
    // It is not JSON, so record the text.
  }
  return {
    method: request.method,
    path,
    query,
    headers: Object.fromEntries(request.headers),
    body,
    status: undefined,
  };
}

async function send(response: Response, outgoing: ServerResponse, half: boolean): Promise<void> {
  const cookies = response.headers.getSetCookie();
  const rest = [...response.headers].filter(([name]) => name !== 'set-cookie');
  outgoing.writeHead(response.status, [...rest, ...cookies.map((cookie) => ['set-cookie', cookie])].flat());
  if (half) {
    const whole = await response.text();
    outgoing.write(whole.slice(0, whole.length / 2), () => outgoing.destroy());
    return;
  }
  const reader = response.body?.getReader();
  outgoing.on('close', () => void reader?.cancel().catch(() => undefined));
  outgoing.flushHeaders();
  try {
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      outgoing.write(part.value);
    outgoing.end();
  } catch {
    // A failing body simulates a server that drops the connection mid-response.
    outgoing.destroy();
  }
}
