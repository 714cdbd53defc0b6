// Builds dist/: one bundle for each platform, the API's types and the licenses. `--watch` builds for the debugger.
const esbuild = require('esbuild');
const fs = require('node:fs');
const path = require('node:path');
const typescript = require('typescript');

/** In bytes. VS Code's own github-authentication, with one provider, has 230,203. */
const MAX_BYTES = 270_000;

/** One module hands `vscode` to all files. Otherwise esbuild copies the whole API again for each file that imports it. */
const vscodeOnce = {
  name: 'vscode-once',
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, ({ namespace }) =>
      namespace === 'once' ? { path: 'vscode', external: true } : { path: 'vscode', namespace: 'once' },
    );
    build.onLoad({ filter: /^vscode$/, namespace: 'once' }, () => ({ contents: "export * from 'vscode';" }));
  },
};

/** @satisfies {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  minify: true,
  plugins: [vscodeOnce],
  // The map lies beside the bundle and is not in the package.
  sourcemap: 'external',
  format: 'cjs',
  charset: 'utf8',
  // ThirdPartyNotices.txt has them.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** @satisfies {Record<string, import('esbuild').BuildOptions & { outfile: string }>} */
const bundles = {
  node: {
    ...common,
    platform: 'node',
    target: 'node22',
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
  },
  web: {
    ...common,
    platform: 'browser',
    target: 'es2023',
    entryPoints: ['src/extension.web.ts'],
    outfile: 'dist/web/extension.js',
  },
};
/** Prints lines that the problem matcher in .vscode/tasks.json reads. */
const watchReport = {
  name: 'watch-report',
  setup(build) {
    build.onStart(() => console.log('[watch] build started'));
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
 * The licenses of the packages that a bundle holds, as text. Each license asks that it goes with the code.
 * Throws when a package has no license file.
 * @param {{ inputs: Record<string, unknown> }} metafile
 */
function thirdPartyNotices(metafile) {
  const notices = packageFolders(metafile).map((folder) => {
    const { name, version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const licenses = fs.readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file));
    if (!licenses.some((file) => !/^notice/i.test(file)))
      throw new Error(
        `${folder} is in the bundle and has no license file: ask its author, or do without it.`,
      );
    const texts = licenses.sort().map((file) => fs.readFileSync(path.join(folder, file), 'utf8').trim());
    return [`${name} ${version}`, ...texts].join('\n\n');
  });
  const intro = 'BAP Identity contains code of the packages below. These are their licenses.';
  return `${[intro, ...notices].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The public API's types for extensions that use it: one file that stands alone. */
function apiTypes() {
  const source = fs.readFileSync('src/api.ts', 'utf8');
  return typescript.transpileDeclaration(source, { fileName: 'api.ts' }).outputText;
}

/** Builds for the debugger, again after each change. Only Node, where a debugger can be attached. */
async function watch() {
  const context = await esbuild.context({
    ...bundles.node,
    minify: false,
    sourcemap: true,
    logLevel: 'silent',
    plugins: [vscodeOnce, watchReport],
  });
  await context.watch();
}

async function build() {
  const built = await Promise.all(Object.values(bundles).map((bundle) => esbuild.build(bundle)));
  const inputs = Object.assign({}, ...built.map(({ metafile }) => metafile.inputs));
  fs.writeFileSync('dist/ThirdPartyNotices.txt', thirdPartyNotices({ inputs }));
  fs.writeFileSync('dist/api.d.ts', apiTypes());
  for (const { outfile } of Object.values(bundles)) {
    const bytes = fs.statSync(outfile).size;
    console.log(`${outfile}: ${bytes} of ${MAX_BYTES} bytes`);
    if (bytes > MAX_BYTES) throw new Error(`${outfile} is too large. Find what made it grow.`);
  }
}

module.exports = { bundles, packageFolders, thirdPartyNotices };

if (require.main === module)
  (process.argv.includes('--watch') ? watch() : build()).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
