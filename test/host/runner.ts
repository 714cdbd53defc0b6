import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startSigmaServer } from '../servers/sigma.ts';
import type { Plan, Report } from './plan.ts';

/** The other end of suite/index.ts: what an extension host reports comes out here. */
export interface Runner {
  /** Given to the extension host: where the runner listens, and where Sigma Identity does. */
  env: { BAP_TEST_RUNNER: string; BAP_TEST_SIGMA: string };
  /** Runs the files in the window that `open` brings up. Rejects when nothing is heard from it any more. */
  run(files: string[], open: () => Promise<unknown>): Promise<Report>;
  close(): Promise<void>;
}

/** Longer than any single test may take, and than a window takes to come up on a slow machine. */
const silenceAllowed = 90_000;

export async function startRunner(): Promise<Runner> {
  const sigma = await startSigmaServer();
  let plan: Plan | undefined;
  let heard: () => void = () => undefined;
  let done: (report: Report) => void = () => undefined;

  const receive = async (request: IncomingMessage): Promise<string> => {
    const body = await text(request);
    heard();
    if (request.url === '/line') console.log(body);
    if (request.url === '/report') done(JSON.parse(body) as Report);
    if (request.url === '/approve') {
      const { userCode, identity } = JSON.parse(body) as { userCode: string; identity: number };
      await sigma.approve(userCode, identity);
    }
    if (request.url === '/code') {
      return sigma.newestUserCode ?? '';
    }
    if (request.url === '/requests') return JSON.stringify(sigma.requests.map(({ path }) => path));
    return request.url === '/plan' ? JSON.stringify(plan) : '';
  };
  const server = createServer((request, response) => {
    receive(request).then(
      (answer) => response.end(answer),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const run = async (files: string[], open: () => Promise<unknown>): Promise<Report> => {
    plan = { files, color: process.stdout.isTTY };
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Report>((resolve, reject) => {
        const fail = () => {
          reject(
            new Error(`Nothing was heard from the extension host for ${silenceAllowed / 1000} seconds.`),
          );
        };
        heard = () => {
          clearTimeout(timer);
          timer = setTimeout(fail, silenceAllowed);
        };
        done = resolve;
        heard();
        open().catch(reject);
      });
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    env: {
      BAP_TEST_RUNNER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      BAP_TEST_SIGMA: sigma.url,
    },
    run,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await sigma.close();
    },
  };
}
