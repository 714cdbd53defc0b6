// What each part of src may import. The arrows run one way: from the editor's side down to the base.

/** From top to bottom. A room may import itself and the rooms below it, but no neighbor on its floor. */
const FLOORS = [
  ['identityPage'],
  ['diagnose', 'sharing'],
  ['accounts'],
  ['provider'],
  ['signIn'],
  ['sessions'],
  ['services'],
  ['oauth'],
  ['http'],
  ['base'],
];
const rooms = FLOORS.flat();
const WITH_VSCODE = ['identityPage', 'diagnose', 'sharing', 'accounts', 'provider', 'signIn'];
const below = (room) => FLOORS.slice(FLOORS.findIndex((floor) => floor.includes(room)) + 1).flat();

/** What each part of src may import beside itself and `api.ts`. */
const MAY_IMPORT = {
  'extension.ts': ['start.ts', 'storage/node', 'sharing/terminal/adomToken.node.ts'],
  'extension.web.ts': ['start.ts', 'storage/web'],
  'start.ts': [...rooms, 'storage', 'serviceList.ts', 'settings.ts'],
  ...Object.fromEntries(rooms.map((room) => [room, below(room)])),
  // What a room shows or reads of a setting is in one place. The rooms without VS Code get values handed in.
  ...Object.fromEntries(WITH_VSCODE.map((room) => [room, [...below(room), 'settings.ts']])),
  storage: ['sessions', 'base'],
  'storage/node': ['storage', 'sessions', 'base'],
  'storage/web': ['storage', 'sessions', 'base'],
  'serviceList.ts': ['settings.ts', 'services', 'http'],
  'settings.ts': ['http'],
  'api.ts': [],
};

/** The start of each path in a part, without the parts inside it that have rows of their own. */
function pathOf(part) {
  if (part.endsWith('.ts')) return `^src/${part.replaceAll('.', '\\.')}$`;
  const inner = Object.keys(MAY_IMPORT).filter((other) => other.startsWith(`${part}/`));
  return `^src/${part}/${inner.map((other) => `(?!${other.slice(part.length + 1)}/)`).join('')}`;
}
const pathsOf = (parts) => parts.map(pathOf).join('|');

const VSCODE = '^vscode$|node_modules/@types/vscode/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(([part, may]) => ({
      name: part,
      comment: `${part} may import ${['itself', 'api.ts', ...may].join(', ')}.`,
      severity: 'error',
      from: { path: pathOf(part) },
      to: { path: '^src/', pathNot: pathsOf([part, 'api.ts', ...may]) },
    })),
    {
      name: 'no-row',
      comment: 'A new part of src needs a row in the table of .dependency-cruiser.mjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: pathsOf(Object.keys(MAY_IMPORT)) },
      to: {},
    },
    {
      name: 'circle',
      comment: 'No file imports itself by way of others, not even types.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'outside',
      comment: 'The package holds src and npm packages, and nothing of test.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['local'], pathNot: '^(src/|package\\.json$)' },
    },
    {
      name: 'vscode',
      comment: 'These rooms and their tests run without VS Code. They may import its types.',
      severity: 'error',
      from: { path: pathsOf(['sessions', 'services', 'oauth', 'http', 'base']) },
      to: { path: VSCODE, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'node',
      comment: 'A web worker has no modules of Node.',
      severity: 'error',
      from: { path: '^src/', pathNot: `${pathOf('storage/node')}|\\.node\\.ts$` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'unresolved',
      comment: 'The other rules cannot judge an import that leads nowhere.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: VSCODE },
    },
  ],
  options: {
    tsPreCompilationDeps: true, // types too
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
