// Makes bap-authentication.vsix from dist. `npm run package` builds first.
const { createVSIX } = require('@vscode/vsce');
const { repository } = require('./package.json');

createVSIX({
  packagePath: 'bap-authentication.vsix',
  dependencies: false,
  // The README's links lead into the repository. As long as there is none, they stay as they are.
  allowMissingRepository: repository === undefined,
  rewriteRelativeLinks: repository !== undefined,
}).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
