import manifest from '../../package.json' with { type: 'json' };
import type { Clock } from '../../src/base/clock.ts';
import type { Http } from '../../src/http/send.ts';
import { userAgent } from '../../src/http/userAgent.ts';
import { probeAdom } from './adom.ts';
import { ADOM_ROWS } from './adomRows.ts';
import type { Options } from './options.ts';
import { Recorder } from './recorder.ts';
import { probeSigma } from './sigma.ts';
import { SIGMA_ROWS } from './sigmaRows.ts';
import type { Context, Ending } from './signIn.ts';
import { answerLines, Table } from './table.ts';
import { unreachedWords } from './unreached.ts';

/** What the probe needs of the process that it runs in. */
export interface Surroundings {
  readonly clock: Clock;
  /** Prints the tables, which may be passed on. */
  readonly print: (text: string) => void;
  /** Says everything else, such as the code. */
  readonly say: (text: string) => void;
  /** Aborts at Ctrl+C. */
  readonly interrupted: AbortSignal;
}

/** How long an answer that is on its way may take after Ctrl+C. */
const GRACE_MS = 5_000;
const NO_LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined };

interface ServiceProbe {
  readonly id: 'sigma' | 'adom';
  readonly label: string;
  readonly server: string;
  readonly table: Pick<Table<string>, 'isComplete' | 'lines'>;
  run(context: Context): Promise<Ending>;
}

/** Probes each service and prints its table. Returns the exit code: 0 if every table is complete. */
export async function probe(options: Options, surroundings: Surroundings): Promise<0 | 1> {
  let isComplete = true;
  for (const each of probes(options))
    if (!surroundings.interrupted.aborted)
      isComplete = (await probeService(each, surroundings)) && isComplete;
  return isComplete ? 0 : 1;
}

function probes({ sigma, adom, clientId, only }: Options): ServiceProbe[] {
  const sigmaTable = new Table(SIGMA_ROWS);
  const adomTable = new Table(ADOM_ROWS);
  const both: ServiceProbe[] = [
    {
      id: 'sigma',
      label: 'Sigma Identity',
      server: sigma,
      table: sigmaTable,
      run: (context) => probeSigma(context, sigma, clientId, sigmaTable),
    },
    {
      id: 'adom',
      label: 'Adom',
      server: adom,
      table: adomTable,
      run: (context) => probeAdom(context, adom, adomTable),
    },
  ];
  return both.filter(({ id }) => only === undefined || only === id);
}

/** True if the table is complete. */
async function probeService(service: ServiceProbe, surroundings: Surroundings): Promise<boolean> {
  const { clock, print, say, interrupted } = surroundings;
  const { id, label, server, table } = service;
  const recorder = new Recorder(globalThis.fetch);
  const unrecorded: Http = { fetch: globalThis.fetch, clock, log: NO_LOG, userAgent: ownUserAgent() };
  const http = { ...unrecorded, fetch: recorder.fetch };
  say(`Asking ${label} at ${server}…`);
  let why: string | undefined;
  try {
    const ending = await service.run({
      http,
      unrecorded,
      recorder,
      say,
      interrupted,
      signal: later(interrupted),
    });
    if (ending.kind === 'unreached') {
      say(unreachedWords(ending.problem, label, server, `--${id}`));
      return false;
    }
    if (ending.kind === 'stopped') ({ why } = ending);
  } catch (error) {
    if (!interrupted.aborted) throw error;
    why = 'Interrupted.';
  }
  const heading = [
    `### ${label} at ${server}`,
    '',
    ownUserAgent(),
    '',
    ...(why === undefined ? [] : [why, '']),
  ];
  const answers = answerLines(recorder.answers, (url) => endpointName(url, server));
  print([...heading, ...table.lines(), '', ...answers, ''].join('\n'));
  return table.isComplete;
}

/** Our own paths. A server can send addresses with anything in them. */
function endpointName(url: string, server: string): string {
  if (!url.startsWith(`${server}/`)) return 'another address';
  const path = url.slice(server.length);
  if (/^\/auth\/intents\/[^/]+\/status$/.test(path)) return '/auth/intents/{token}/status';
  return /^\/(?:api\/auth\/[a-z0-9/-]{1,40}|api\/oauth-clients|auth\/intents|auth\/logout|user)$/.test(path)
    ? path
    : 'another path';
}

/** A signal that aborts five seconds later. */
function later(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  signal.addEventListener('abort', () => {
    setTimeout(() => {
      controller.abort(signal.reason);
    }, GRACE_MS).unref();
  });
  return controller.signal;
}

/** The user sees it in the list of their sessions. */
function ownUserAgent(): string {
  return userAgent(
    manifest.version,
    { name: 'npm run probe, Node', version: process.versions.node },
    process.platform,
  );
}
