// The tests of VS Code for the web: those of test/web, and those of test/e2e that make sense without a server.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { root } from '../vscode/paths.ts';

const shared = ['signIn', 'reload', 'identityTool', 'sight', 'signInPalette', 'clawnet'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
const own = globSync('test/web/*.test.ts', { cwd: root }).sort();

const { status } = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=1', '--test-timeout=300000', ...shared, ...own],
  { cwd: root, env: { ...process.env, VSCODE_HOST: 'web' }, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
