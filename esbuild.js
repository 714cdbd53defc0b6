// Builds dist/extension.js, and fails when it has grown past its budget.
const esbuild = require('esbuild');
const fs = require('node:fs');
const typescript = require('typescript');

const BUDGET_BYTES = 100 * 1024;
const outfile = 'dist/extension.js';

const options = {
  entryPoints: ['src/extension.ts'],
  outfile,
  bundle: true,
  minify: true,
  sourcemap: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  external: ['vscode'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'info',
};

/** The public API's types for extensions that use it: one file that stands alone. */
function writeApiTypes() {
  const source = fs.readFileSync('src/api.ts', 'utf8');
  const { outputText } = typescript.transpileDeclaration(source, { fileName: 'api.ts' });
  fs.writeFileSync('dist/api.d.ts', outputText);
}

async function main() {
  if (process.argv.includes('--watch')) {
    const context = await esbuild.context(options);
    await context.watch();
    return;
  }
  await esbuild.build({ ...options, logLevel: 'warning' });
  writeApiTypes();
  const bytes = fs.statSync(outfile).size;
  const kib = (n) => `${(n / 1024).toFixed(1)} KB`;
  console.log(`${outfile}: ${kib(bytes)} of ${kib(BUDGET_BYTES)} allowed`);
  if (bytes > BUDGET_BYTES) {
    throw new Error(`${outfile} is over its budget: find what made it grow before raising it.`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
