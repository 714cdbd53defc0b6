import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { demoPerson, secondPerson, startSigmaServer } from '../servers/sigma.ts';
import type { Plan, Report } from './plan.ts';

/** The counterpart of suite/index.ts: receives results from the extension host. */
export interface Runner {
  /** Environment variables for the extension host: the URLs of the runner and of Sigma Identity. */
  env: { BAP_TEST_RUNNER: string; BAP_TEST_SIGMA: string };
  /**
   * Runs the files in the window that `open` opens. Rejects when the window is silent for too long. `debug` turns all
   * time limits off, because a debugger pauses the window.
   */
  run(files: string[], open: () => Promise<unknown>, options?: { debug: boolean }): Promise<Report>;
  close(): Promise<void>;
}

/** Longer than a test may take, and longer than a window needs to open on a busy machine. */
const SILENCE_LIMIT_MS = 300_000;
const TEST_LIMIT_MS = 120_000;

export async function startRunner(): Promise<Runner> {
  // One user has all identities, so that an index is enough to choose one.
  const identities = [...demoPerson.identities, ...secondPerson.identities];
  const people = [{ ...demoPerson, identities }];
  const sigma = await startSigmaServer({ identityAtApproval: true, intervalSeconds: 1, people });
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
  // Never closes an idle connection: a window that is busy loading would send its next line into the closed one.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    receive(request).then(
      (answer) => response.end(answer),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const run: Runner['run'] = async (files, open, { debug } = { debug: false }) => {
    plan = { files, color: process.stdout.isTTY, timeoutMs: debug ? 0 : TEST_LIMIT_MS };
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Report>((resolve, reject) => {
        const fail = () => {
          reject(new Error(`The extension host was silent for ${SILENCE_LIMIT_MS / 1000} seconds.`));
        };
        heard = () => {
          clearTimeout(timer);
          if (!debug) timer = setTimeout(fail, SILENCE_LIMIT_MS);
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
