import { globSync } from 'node:fs';
import path from 'node:path';
import { root } from './vscode/paths.ts';
import { inWeb, webFiles } from './web/files.ts';

/** A command that tests a part of the whole. */
export interface Part {
  name: string;
  command: [string, ...string[]];
  env?: Record<string, string>;
  /** Prints at once, because a long download must not look stuck. Otherwise at the end: lines of two parts do not mix. */
  live?: boolean;
}

/** What one run does. The parts of each list run at the same time. */
export interface Plan {
  /** Shows mistakes that need no editor. */
  withoutVSCode: Part[];
  /** Fetches what the next list needs, one after the other. */
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
/** The limit ends only a test that hangs. A test takes ten times as long on a slow machine that does other work too. */
const e2e = (file: string): Part =>
  node(`e2e ${path.basename(file, '.test.ts')}`, '--test', '--test-timeout=1800000', file);
const web = (file: string): Part => {
  const part = e2e(file);
  return { ...part, name: part.name.replace('e2e', 'web'), env: inWeb };
};

const SIGN_IN = 'test/e2e/signIn.test.ts';
/** They take longest, so they come first: all workers end at nearly the same time. */
const LONG = ['qr', 'windows', 'mcp', 'terminalToken', 'slowHost', 'identity', 'sight'];

export const packaging = npm('package');
const fetch = { ...node('VS Code and Chromium', 'test/vscode/fetch.ts'), live: true };
const host = node('host', 'test/host/run.ts');

/** What a newcomer runs: `npm test`. */
const quick: Plan = {
  withoutVSCode: [npm('check'), npm('test:unit')],
  fetch: [fetch],
  inVSCode: [e2e(SIGN_IN), host],
};

/** All the others. */
const rest: Plan = {
  withoutVSCode: [],
  fetch: [fetch, inOldest(fetch)],
  inVSCode: [
    inOldest(e2e(SIGN_IN)),
    inOldest(host),
    web(SIGN_IN),
    ...longFirst(globSync('test/e2e/*.test.ts', { cwd: root }).filter((file) => file !== SIGN_IN)).map(e2e),
    ...webFiles.filter((file) => file !== SIGN_IN).map(web),
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

function longFirst(files: string[]): string[] {
  const isLong = (file: string): boolean => LONG.includes(path.basename(file, '.test.ts'));
  return [...files.filter(isLong), ...files.filter((file) => !isLong(file))];
}
