// Runs the tests in VS Code for the web, one file after the other.
import { spawnSync } from 'node:child_process';
import { root } from '../vscode/paths.ts';
import { inWeb, webFiles } from './files.ts';

const { status } = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=1', '--test-force-exit', '--test-timeout=1800000', ...webFiles],
  { cwd: root, env: { ...process.env, ...inWeb }, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
