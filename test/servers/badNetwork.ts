import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net';
import type { Certificate } from './certificates.ts';

/** An endpoint on this machine. */
export interface Place {
  readonly port: number;
  close(): Promise<void>;
}

/** A server with a certificate that no client should trust, so its response does not matter. */
export function secureServer({ cert, key }: Certificate): Promise<Place> {
  return at(createHttpsServer({ cert, key }, (_, answer) => answer.end('{}')));
}

/** A server that passes every connection to `act`. */
export function rawServer(act: (socket: Socket) => void): Promise<Place> {
  return at(
    createNetServer((socket) => {
      socket.on('error', () => undefined);
      act(socket);
    }),
  );
}

/** A proxy that rejects every tunnel with this status. */
export function refusingProxy(status: 403 | 407): Promise<Place> {
  const server = createHttpServer();
  server.on('connect', (_, socket) => {
    const challenge = status === 407 ? 'Proxy-Authenticate: Basic realm="proxy"\r\n' : '';
    socket.end(`HTTP/1.1 ${status} No\r\n${challenge}Content-Length: 0\r\n\r\n`);
  });
  return at(server);
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const place = await rawServer(() => undefined);
  await place.close();
  return place.port;
}

async function at(server: Server | HttpServer): Promise<Place> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
