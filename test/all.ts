// Runs tests in parallel. The argument selects them: `quick` (npm test), `rest`, or `all` (npm run test:all).
import { spawn } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { packaging, plans, type Part } from './parts.ts';
import { onExit } from './vscode/cleanup.ts';
import { outFolder, root } from './vscode/paths.ts';

/** More workers than cores, because a VS Code window is idle half of the time. Each needs up to 2 GB. */
const WORKERS = Math.max(2, Math.min(availableParallelism() + 2, Math.floor(totalmem() / 2e9), 8));

/** Hundreds of Node processes load the same modules. This lets Node compile each module once. */
process.env.NODE_COMPILE_CACHE = path.join(outFolder, 'compileCache');

const wanted = process.argv[2] ?? 'all';
if (wanted !== 'quick' && wanted !== 'rest' && wanted !== 'all')
  throw new Error(`Unknown plan "${wanted}": use quick, rest or all.`);
const plan = plans[wanted];

const start = Date.now();
/** The output of each part that failed, by its name. */
const failed = new Map<string, string>();
// All other parts use this package, and nothing else builds it.
const isPackaged = await run(packaging);
const first = [...plan.withoutVSCode];
const fetched = isPackaged ? inOrder([...plan.fetch]) : Promise.resolve(false);
const inVSCode = [...plan.inVSCode];
await Promise.all(Array.from({ length: WORKERS }, work));
const minutes = ((Date.now() - start) / 60_000).toFixed(1);
// Once more at the end: whoever reads a long log starts there.
for (const output of failed.values()) console.log(output);
console.log(
  failed.size === 0
    ? `\nAll tests passed in ${minutes} minutes.`
    : `\nFailed: ${Array.from(failed.keys()).join(', ')}`,
);
if (failed.size > 0) process.exitCode = 1;

async function work(): Promise<void> {
  const part = first.shift();
  // A mistake found without an editor would only fail again there.
  if (part !== undefined && !(await run(part))) inVSCode.length = 0;
  if (await fetched) await inOrder(inVSCode);
}

/** Runs the parts one after the other, removing each from the list. Returns whether all passed. */
async function inOrder(parts: Part[]): Promise<boolean> {
  let passed = true;
  for (let part = parts.shift(); part !== undefined; part = parts.shift())
    passed = (await run(part)) && passed;
  return passed;
}

/** Returns whether the part passed. */
async function run({ name, command: [file, ...args], env, live = false }: Part): Promise<boolean> {
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
  const seconds = Math.round((Date.now() - startMs) / 1000);
  const text = `\n${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)\n${Buffer.concat(output).toString().trimEnd()}`;
  console.log(text);
  if (code !== 0) failed.set(name, text);
  return code === 0;
}
