// Builds dist/, and fails when the bundle has grown past its budget. `--watch` builds for the debugger.
const esbuild = require('esbuild');
const fs = require('node:fs');
const typescript = require('typescript');

/** In bytes. VS Code's own github-authentication has 230,203. */
const BUDGET = 120_000;
const OUT_FILE = 'dist/extension.js';

/** @satisfies {import('esbuild').BuildOptions} */
const options = {
  entryPoints: ['src/extension.ts'],
  outfile: OUT_FILE,
  bundle: true,
  minify: true,
  // The map lies beside the bundle and is not in the package.
  sourcemap: 'external',
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  external: ['vscode'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

/** Prints lines that the problem matcher in .vscode/tasks.json reads. */
const watchReport = {
  name: 'watch-report',
  setup(build) {
    build.onStart(() => {
      console.log('[watch] build started');
    });
    build.onEnd(({ errors, warnings }) => {
      for (const error of errors) console.log(problem('error', error));
      for (const warning of warnings) console.log(problem('warning', warning));
      console.log('[watch] build finished');
    });
  },
};

function problem(severity, { location, text }) {
  const { file, line, column } = location ?? { file: 'esbuild.js', line: 1, column: 0 };
  return `${file}:${line}:${column + 1}: ${severity}: ${text}`;
}

/** The public API's types for extensions that use it: one file that stands alone. */
function apiTypes() {
  const source = fs.readFileSync('src/api.ts', 'utf8');
  return typescript.transpileDeclaration(source, { fileName: 'api.ts' }).outputText;
}

async function watch() {
  const context = await esbuild.context({
    ...options,
    minify: false,
    sourcemap: true,
    logLevel: 'silent',
    plugins: [watchReport],
  });
  await context.watch();
}

async function build() {
  await esbuild.build(options);
  fs.writeFileSync('dist/api.d.ts', apiTypes());
  const bytes = fs.statSync(OUT_FILE).size;
  console.log(`${OUT_FILE}: ${bytes} bytes of ${BUDGET} allowed`);
  if (bytes > BUDGET)
    throw new Error(`${OUT_FILE} is over its budget: find what made it grow before you raise it.`);
}

(process.argv.includes('--watch') ? watch() : build()).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
