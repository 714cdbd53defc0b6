import path from 'node:path';

/** The repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** For what is fetched once and kept. Git ignores it. */
export const cacheFolder = path.join(root, '.vscode-test');

/** For what a test run writes: bundles, screenshots, logs. Git ignores it. */
export const outFolder = path.join(root, 'out');

/** The package that `npm run package` makes. */
export const vsixFile = path.join(root, 'bap-authentication.vsix');
