import { globSync } from 'node:fs';
import { root } from '../vscode/paths.ts';

/** The variable that makes a test run in VS Code without a server. */
export const inWeb = { VSCODE_HOST: 'web' };

const shared = ['signIn', 'reload', 'identityTool', 'sight', 'signInPalette', 'clawnet'];

/** The tests of VS Code for the web: those of test/web, and those of test/e2e that make sense without a server. */
export const webFiles: readonly string[] = [
  ...shared.map((name) => `test/e2e/${name}.test.ts`),
  ...globSync('test/web/*.test.ts', { cwd: root }).sort(),
];
