// Builds dist/, and fails when the bundle has grown past its budget. `--watch` builds for the debugger.
const esbuild = require('esbuild');
const fs = require('node:fs');
const path = require('node:path');
const typescript = require('typescript');

/** In bytes. VS Code's own github-authentication has 230,203. */
const BUDGET = 136_000;
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
  // ThirdPartyNotices.txt has them.
  legalComments: 'none',
  metafile: true,
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

/**
 * The folders of the packages that a bundle holds, from the names of the files in it.
 * @param {{ inputs: Record<string, unknown> }} metafile
 */
function packageFolders({ inputs }) {
  const folders = Object.keys(inputs).flatMap(
    (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? [],
  );
  return [...new Set(folders)].sort();
}

/**
 * The licences of the packages that a bundle holds, as text. Each licence asks that it goes with the code.
 * Throws when a package has no licence file.
 * @param {{ inputs: Record<string, unknown> }} metafile
 */
function thirdPartyNotices(metafile) {
  const notices = packageFolders(metafile).map((folder) => {
    const { name, version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const licences = fs.readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file));
    if (!licences.some((file) => !/^notice/i.test(file)))
      throw new Error(
        `${folder} is in the bundle and has no licence file: ask its author, or do without it.`,
      );
    const texts = licences.sort().map((file) => fs.readFileSync(path.join(folder, file), 'utf8').trim());
    return [`${name} ${version}`, ...texts].join('\n\n');
  });
  const intro = 'BAP Identity contains code of the packages below. These are their licences.';
  return `${[intro, ...notices].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
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
  const { metafile } = await esbuild.build(options);
  fs.writeFileSync('dist/ThirdPartyNotices.txt', thirdPartyNotices(metafile));
  fs.writeFileSync('dist/api.d.ts', apiTypes());
  const bytes = fs.statSync(OUT_FILE).size;
  console.log(`${OUT_FILE}: ${bytes} bytes of ${BUDGET} allowed`);
  if (bytes > BUDGET)
    throw new Error(`${OUT_FILE} is over its budget: find what made it grow before you raise it.`);
}

module.exports = { options, packageFolders, thirdPartyNotices };

if (require.main === module)
  (process.argv.includes('--watch') ? watch() : build()).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
