// Builds dist/, and fails when a bundle has grown past its budget. `--watch` builds for the debugger.
const esbuild = require('esbuild');
const fs = require('node:fs');
const path = require('node:path');
const typescript = require('typescript');

/** For each platform, in bytes. VS Code's own github-authentication has 230,203. */
const BUDGET = 190_000;

/** Leaves a file that code loads with `import('./name.ts')` to a bundle of its own beside it, `name.js`. */
const loadedLater = {
  name: 'loaded-later',
  setup(build) {
    build.onResolve({ filter: /^\.\/[^/]+\.ts$/ }, ({ kind, path: file }) =>
      kind === 'dynamic-import' ? { path: file.replace(/ts$/, 'js'), external: true } : undefined,
    );
  },
};

/**
 * Gives all files one look-up of each part of VS Code's API. Without this, each file that imports `vscode` gets a
 * copy of the whole API when the bundle is loaded. No file may use the API as one value: that keeps all of it.
 */
const vscodeOnce = {
  name: 'vscode-once',
  setup(build) {
    const types = fs.readFileSync(require.resolve('@types/vscode/index.d.ts'), 'utf8');
    const names = [...types.matchAll(/^\texport (?:class|enum|namespace|const) (\w+)/gm)].map(
      ([, name]) => name,
    );
    const exported = [...new Set(names)].map(
      (name) => `export const ${name} = /* @__PURE__ */ (() => api.${name})();`,
    );
    const contents = ["const api = require('vscode');", ...exported].join('\n');
    build.onResolve({ filter: /^vscode$/ }, ({ kind }) =>
      kind === 'require-call' ? { path: 'vscode', external: true } : { path: 'vscode', namespace: 'once' },
    );
    build.onLoad({ filter: /^vscode$/, namespace: 'once' }, () => ({ contents }));
  },
};

/** @satisfies {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  minify: true,
  // The map lies beside the bundle and is not in the package.
  sourcemap: 'external',
  format: 'cjs',
  plugins: [vscodeOnce, loadedLater],
  charset: 'utf8',
  // ThirdPartyNotices.txt has them.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** @satisfies {import('esbuild').BuildOptions} */
const node = {
  ...common,
  platform: 'node',
  target: 'node22',
  // VS Code answers `require('vscode')`, but not in what is loaded with `import()`: that becomes `require()`.
  supported: { 'dynamic-import': false },
};

/**
 * For each platform, the file that VS Code starts and those that it loads. All of a web worker's code is in one file.
 * @satisfies {Record<string, import('esbuild').BuildOptions[]>}
 */
const platforms = {
  node: [
    { ...node, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js' },
    { ...node, entryPoints: ['src/composition.node.ts'], outfile: 'dist/composition.node.js' },
  ],
  web: [
    {
      ...common,
      platform: 'browser',
      target: 'es2023',
      entryPoints: ['src/extension.web.ts'],
      outfile: 'dist/web/extension.js',
    },
  ],
};
const bundles = Object.values(platforms).flat();

let building = 0;

/** Prints lines that the problem matcher in .vscode/tasks.json reads. */
const watchReport = {
  name: 'watch-report',
  setup(build) {
    build.onStart(() => {
      if (building === 0) console.log('[watch] build started');
      building += 1;
    });
    build.onEnd(({ errors, warnings }) => {
      for (const error of errors) console.log(problem('error', error));
      for (const warning of warnings) console.log(problem('warning', warning));
      building -= 1;
      if (building === 0) console.log('[watch] build finished');
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
  for (const bundle of bundles) {
    const context = await esbuild.context({
      ...bundle,
      minify: false,
      sourcemap: true,
      logLevel: 'silent',
      plugins: [...common.plugins, watchReport],
    });
    await context.watch();
  }
}

async function build() {
  const built = await Promise.all(bundles.map((bundle) => esbuild.build(bundle)));
  const inputs = Object.assign({}, ...built.map(({ metafile }) => metafile.inputs));
  fs.writeFileSync('dist/ThirdPartyNotices.txt', thirdPartyNotices({ inputs }));
  fs.writeFileSync('dist/api.d.ts', apiTypes());
  for (const files of Object.values(platforms)) {
    const sizes = files.map(({ outfile }) => ({ outfile, bytes: fs.statSync(outfile).size }));
    const bytes = sizes.reduce((sum, each) => sum + each.bytes, 0);
    const names = sizes.map((each) => `${each.outfile} (${each.bytes})`).join(' and ');
    console.log(`${names}: ${bytes} bytes of ${BUDGET} allowed`);
    if (bytes > BUDGET) throw new Error(`${names}: over the budget. Find what grew before you raise it.`);
  }
}

module.exports = { bundles, platforms, packageFolders, thirdPartyNotices };

if (require.main === module)
  (process.argv.includes('--watch') ? watch() : build()).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
