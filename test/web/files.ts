import { globSync } from 'node:fs';
import { root } from '../vscode/paths.ts';

/** The environment variable that selects VS Code without a server. */
export const inWeb = { VSCODE_HOST: 'web' };

const shared = [
  ...['signIn', 'reload', 'revocation', 'identityTool', 'sight', 'signInPalette', 'clawnet', 'bapIdentity'],
];

/** What runs in VS Code for the web: test/web, and the tests of test/e2e that need no server. */
export const webFiles: readonly string[] = [
  ...shared.map((name) => `test/e2e/${name}.test.ts`),
  ...globSync('test/web/*.test.ts', { cwd: root }).sort(),
];
