// All property tests with many runs: npm run test:fuzz, or npm run test:fuzz -- <files>
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { root } from './vscode/paths.ts';

const { FUZZ_RUNS = '10000', FUZZ_SEED = String(Date.now() % 2 ** 31) } = process.env;
const given = process.argv.slice(2);
const files = given.length > 0 ? given : globSync('test/unit/**/*.property.test.ts', { cwd: root }).sort();
/** For one file with all its properties. The slowest writes real files. */
const TIMEOUT_MS = 3 * 60 * 60_000;

const startMs = Date.now();
console.log(`FUZZ_RUNS=${FUZZ_RUNS} FUZZ_SEED=${FUZZ_SEED}`);
const args = ['--test', '--test-reporter=spec', `--test-timeout=${TIMEOUT_MS}`, ...files];
const env = { ...process.env, FUZZ_RUNS, FUZZ_SEED };
const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
child.once('close', (code) => {
  const minutes = ((Date.now() - startMs) / 60_000).toFixed(1);
  console.log(
    `FUZZ_RUNS=${FUZZ_RUNS} FUZZ_SEED=${FUZZ_SEED}: ${code === 0 ? 'no failure' : 'failed'} in ${minutes} minutes`,
  );
  process.exitCode = code ?? 1;
});
