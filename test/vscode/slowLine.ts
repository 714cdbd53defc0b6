import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line to a server. `stop` cuts all connections. */
export interface SlowLine {
  readonly port: number;
  stop(): void;
}

/**
 * Listens on a port of its own and connects each caller with `port` of this machine. What one side sends reaches the
 * other `delayMs` later and in order, so a round trip takes twice as long. WebSockets pass too.
 */
export async function startSlowLine(port: number, delayMs: number): Promise<SlowLine> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay();
    // Its end, which follows, is passed on.
    socket.on('error', () => undefined);
  };
  const server = createServer((caller) => {
    const callee = connect(port, '127.0.0.1');
    for (const socket of [caller, callee]) keep(socket);
    pass(caller, callee, delayMs);
    pass(callee, caller, delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Timers of the same length end in the order in which they were set, so the bytes stay in order. */
function pass(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), delayMs));
  from.once('end', () => setTimeout(() => to.end(), delayMs));
  from.once('close', () => setTimeout(() => to.destroy(), delayMs));
}
