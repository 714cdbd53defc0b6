// All tests, two parts at a time: npm test
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import { onExit } from './vscode/cleanup.ts';
import { root } from './vscode/paths.ts';

interface Part {
  name: string;
  command: [string, ...string[]];
  env?: Record<string, string>;
  /** Prints at once, because a long download must not look stuck. Otherwise at the end: lines of two parts do not mix. */
  live?: boolean;
}

const node = (name: string, ...args: string[]): Part => ({ name, command: [process.execPath, ...args] });
const npm = (script: string): Part => ({ name: script, command: ['npm', 'run', '--silent', script] });
const inOldest = (part: Part): Part => ({
  ...part,
  name: `${part.name}, oldest VS Code`,
  env: { VSCODE: 'oldest' },
});
const e2e = (file: string): Part =>
  node(`e2e ${path.basename(file, '.test.ts')}`, '--test', '--test-timeout=300000', file);

const fetch = { ...node('VS Code and Chromium', 'test/vscode/fetch.ts'), live: true };
const host = node('host', 'test/host/run.ts');
/** The long parts come first, so that both workers end at nearly the same time. */
const inVsCode = [
  node('web', 'test/web/run.ts'),
  inOldest(host),
  host,
  inOldest(e2e('test/e2e/signIn.test.ts')),
  ...globSync('test/e2e/*.test.ts', { cwd: root }).sort().map(e2e),
];

const start = Date.now();
const failed: string[] = [];
// All parts below use the one package, and nothing builds while they run.
await run(npm('package'));
await Promise.all([inOrder([npm('check')]), inOrder([fetch, inOldest(fetch), npm('test:unit')])]);
// A mistake that these show needs no editor, and would fail there again.
if (failed.length === 0) await Promise.all([inOrder(inVsCode), inOrder(inVsCode)]);
const minutes = ((Date.now() - start) / 60_000).toFixed(1);
console.log(
  failed.length === 0 ? `\nAll tests passed in ${minutes} minutes.` : `\nFailed: ${failed.join(', ')}`,
);
if (failed.length > 0) process.exitCode = 1;

/** Takes parts from the front of the list, and runs them one after the other. */
async function inOrder(parts: Part[]): Promise<void> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) await run(part);
}

async function run({ name, command: [file, ...args], env, live = false }: Part): Promise<void> {
  const startMs = Date.now();
  const to = live ? 'inherit' : 'pipe';
  console.log(`… ${name}`);
  const child = spawn(file, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', to, to] });
  const forget = onExit(() => child.kill());
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  forget();
  if (code !== 0) failed.push(name);
  const seconds = Math.round((Date.now() - startMs) / 1000);
  console.log(
    `\n${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)\n${Buffer.concat(output).toString().trimEnd()}`,
  );
}
