import { globSync } from 'node:fs';
import path from 'node:path';
import { root } from './vscode/paths.ts';
import { inWeb, webFiles } from './web/files.ts';

/** One command of a test run. */
export interface Part {
  name: string;
  command: [string, ...string[]];
  env?: Record<string, string>;
  /** Streams its output, so that a long download does not look stuck. Other parts print theirs when they end. */
  live?: boolean;
}

/** The parts of a run. Those in one list run in parallel, except for `fetch`. */
export interface Plan {
  /** Finds mistakes without an editor. */
  withoutVSCode: Part[];
  /** Fetches what `inVSCode` needs, one after the other. */
  fetch: Part[];
  inVSCode: Part[];
}

const node = (name: string, ...args: string[]): Part => ({ name, command: [process.execPath, ...args] });
const npm = (script: string): Part => ({ name: script, command: ['npm', 'run', '--silent', script] });
const inOldest = (part: Part): Part => ({
  ...part,
  name: `${part.name}, oldest VS Code`,
  env: { VSCODE: 'oldest' },
});
/**
 * The time limit is for hanging tests only. On a busy machine, a test can take ten times as long as usual. Servers that
 * a failing start of a test leaves behind end with the file, for which Node has no time limit.
 */
const e2e = (file: string): Part =>
  node(
    `e2e ${path.basename(file, '.test.ts')}`,
    '--test',
    '--test-force-exit',
    '--test-timeout=1800000',
    file,
  );
const web = (file: string): Part => {
  const part = e2e(file);
  return { ...part, name: part.name.replace('e2e', 'web'), env: inWeb };
};

const SIGN_IN = 'test/e2e/signIn.test.ts';
/** The longest tests start first, so that all workers finish at about the same time. */
const LONG = [
  ...['reload', 'revocation', 'hostile', 'mcpRotation', 'terminalToken', 'qr', 'identity', 'mcp', 'sight'],
  ...['hostileExtension', 'bapIdentity', 'windows', 'terminalReload'],
];

export const packaging = npm('package');
const fetch = { ...node('VS Code and Chromium', 'test/vscode/fetch.ts'), live: true };
const host = node('host', 'test/host/run.ts');

/** `npm test`: what a contributor runs every day. */
const quick: Plan = {
  withoutVSCode: [npm('check'), npm('test:unit')],
  fetch: [fetch],
  inVSCode: [e2e(SIGN_IN), host],
};

/** `npm run test:rest`: everything else. */
const rest: Plan = {
  withoutVSCode: [],
  fetch: [fetch, inOldest(fetch)],
  inVSCode: [
    inOldest(e2e(SIGN_IN)),
    inOldest(host),
    web(SIGN_IN),
    ...longFirst([
      ...globSync('test/e2e/*.test.ts', { cwd: root })
        .filter((file) => file !== SIGN_IN)
        .map(e2e),
      ...webFiles.filter((file) => file !== SIGN_IN).map(web),
    ]),
  ],
};

export const plans = {
  quick,
  rest,
  all: {
    withoutVSCode: quick.withoutVSCode,
    fetch: rest.fetch,
    inVSCode: [...quick.inVSCode, ...rest.inVSCode],
  },
} satisfies Record<string, Plan>;

function longFirst(parts: Part[]): Part[] {
  const rank = ({ name }: Part): number => {
    const index = LONG.findIndex((long) => name.endsWith(` ${long}`));
    return index === -1 ? LONG.length : index;
  };
  return parts.sort((one, other) => rank(one) - rank(other));
}
