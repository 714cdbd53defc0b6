import path from 'node:path';

/** The repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** What is fetched once and kept; ignored by git. */
export const cacheFolder = path.join(root, '.vscode-test');

/** What a test run leaves behind to look at; ignored by git. */
export const outFolder = path.join(root, 'out');

/** The package that `npm run package` makes. */
export const vsixFile = path.join(root, 'bap-authentication.vsix');
