// What each part of src may import. The arrows run one way: from the editor's side down to the base.
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

const SERVICES = ['services', 'protocol', 'base'];
const SESSIONS = ['sessions', ...SERVICES];
const PROVIDER = ['provider', ...SESSIONS];
const UI = ['ui', ...PROVIDER];
const LISTS = ['settings.ts', 'serviceList.ts'];

/**
 * One row for each folder and each file of src. A part may import itself and the parts in `may`.
 * `vscode` says when it may import vscode: `never`, for its `types` only, or at `runTime`.
 * `node` says that it may import Node's modules.
 * `later` is the only file that it may load while it runs.
 */
export const ARROWS = [
  { part: 'base', may: [], vscode: 'never' },
  { part: 'protocol', may: ['base', 'api.ts'], vscode: 'never' },
  { part: 'services', may: [...SERVICES, 'api.ts'], vscode: 'never' },
  { part: 'sessions', may: [...SESSIONS, 'api.ts'], vscode: 'types' },
  { part: 'windows', may: ['sessions', 'base', 'api.ts'], vscode: 'runTime' },
  { part: 'windows/web', may: ['windows', 'sessions', 'base', 'api.ts'], vscode: 'runTime' },
  { part: 'windows/node', may: ['windows', 'sessions', 'base', 'api.ts'], vscode: 'runTime', node: true },
  { part: 'provider', may: [...PROVIDER, 'api.ts'], vscode: 'runTime' },
  { part: 'ui', may: [...UI, 'api.ts'], vscode: 'runTime' },
  { part: 'api.ts', may: [], vscode: 'types' },
  { part: 'settings.ts', may: [...SERVICES, 'api.ts'], vscode: 'runTime' },
  { part: 'serviceList.ts', may: [...SERVICES, 'settings.ts', 'api.ts'], vscode: 'runTime' },
  { part: 'composition.ts', may: [...UI, ...LISTS, 'windows', 'api.ts'], vscode: 'runTime' },
  { part: 'composition.node.ts', may: ['composition.ts', 'windows/node'], vscode: 'types' },
  { part: 'standIns.ts', may: ['composition.ts', 'api.ts'], vscode: 'runTime' },
  { part: 'activation.ts', may: ['standIns.ts', 'composition.ts', 'api.ts'], vscode: 'runTime' },
  { part: 'extension.ts', may: ['activation.ts'], vscode: 'never', later: './composition.node.ts' },
  { part: 'extension.web.ts', may: ['activation.ts', 'composition.ts', 'windows/web'], vscode: 'never' },
];

const isFile = (part) => part.endsWith('.ts');
const escaped = (text) => text.replaceAll('.', '\\.');

/** A regular expression for the end of an import of this part: `ui/html.ts`, `settings.ts`, `node/x.ts`. */
function importOf(part) {
  if (isFile(part)) return `${escaped(part)}$`;
  const [outer, inner] = part.split('/');
  if (inner !== undefined) return `(?:${outer}/)?${inner}/`;
  const others = ARROWS.map((row) => row.part.split('/')).filter((names) => names[0] === part && names[1]);
  return `${outer}/${others.map((names) => `(?!${names[1]}/)`).join('')}`;
}

function rulesOf({ part, may, vscode, node = false, later = '' }) {
  const allowed = new Set([part, ...may]);
  const forbidden = ARROWS.map((row) => row.part).filter((other) => !allowed.has(other));
  const builtins = builtinModules.filter((name) => !name.includes('/') && !name.startsWith('_'));
  const patterns = [{ regex: '^(?:\\.{1,2}/)+test/', message: 'src never imports test.' }];
  if (forbidden.length > 0)
    patterns.push({
      regex: `^(?:\\.{1,2}/)+(?:${forbidden.map(importOf).join('|')})`,
      message: `${part} may import: ${[...allowed].join(', ')}. See lint/arrows.mjs.`,
    });
  if (!node)
    patterns.push({
      regex: `^(?:node:|(?:${builtins.join('|')})(?:/|$))`,
      message: 'Only windows/node may import a module of Node.',
    });
  if (vscode !== 'runTime')
    patterns.push({
      regex: '^vscode$',
      allowTypeImports: vscode === 'types',
      message: `${part} runs without VS Code.`,
    });
  return {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
    // The rule above does not see these two forms.
    'no-restricted-syntax': ['error', `ImportExpression[source.value!='${later}']`, 'TSImportType'],
  };
}

/**
 * The table as ESLint's configuration. A later row holds for its folder in place of an earlier one.
 * @type {import('eslint').Linter.Config[]}
 */
export const arrows = ARROWS.map((row) => ({
  files: [isFile(row.part) ? `src/${row.part}` : `src/${row.part}/**/*.ts`],
  plugins: { '@typescript-eslint': tseslint.plugin },
  rules: rulesOf(row),
}));
