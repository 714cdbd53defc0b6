// Keeps the extension inside VS Code's public API. The build of VS Code that the tests use allows everybody every
// proposed API, so a slip would pass all tests and fail for all users.

/** No type that this code uses is nested deeper. Types can hold themselves. */
const MAX_DEPTH = 5;

const messages = {
  cast: 'A cast of a VS Code object can reach API that its types do not have. Use a feature test and a schema.',
  index: 'Name the member of a VS Code object, so that its types are checked.',
  reflect: 'Reflect reaches members of a VS Code object that its types do not have.',
  augment: 'The types of VS Code are those of @types/vscode, and nothing is added to them.',
};

/** True for a type that @types/vscode declares, or that holds one: a list, a promise, a union, a `Pick`. */
function isOfVscode(type, checker, depth = 0) {
  if (depth > MAX_DEPTH) return false;
  const symbols = [type.symbol, type.aliasSymbol].filter((symbol) => symbol !== undefined);
  const files = symbols.flatMap((symbol) => symbol.declarations ?? []).map((each) => each.getSourceFile());
  if (files.some(({ fileName }) => fileName.includes('/@types/vscode/'))) return true;
  const inner = [
    ...(type.isUnionOrIntersection() ? type.types : []),
    ...(type.aliasTypeArguments ?? []),
    ...(type.target === undefined ? [] : checker.getTypeArguments(type)),
  ];
  return inner.some((each) => isOfVscode(each, checker, depth + 1));
}

/** @type {import('eslint').Rule.RuleModule} */
const publicApi = {
  meta: { type: 'problem', messages, schema: [] },
  create(context) {
    const services = context.sourceCode.parserServices;
    const checker = services.program.getTypeChecker();
    const isVscode = (node) => isOfVscode(services.getTypeAtLocation(node), checker);
    const report = (node, messageId) => {
      context.report({ node, messageId });
    };
    const cast = (node) => {
      const isConst = node.typeAnnotation.typeName?.name === 'const';
      if (!isConst && (isVscode(node.expression) || isVscode(node.typeAnnotation))) report(node, 'cast');
    };
    return {
      TSAsExpression: cast,
      TSTypeAssertion: cast,
      TSNonNullExpression(node) {
        if (isVscode(node.expression)) report(node, 'cast');
      },
      'MemberExpression[computed=true]'(node) {
        const index = services.getTypeAtLocation(node.property);
        const isNumber = checker.isTypeAssignableTo(index, checker.getNumberType());
        if (!isNumber && isVscode(node.object)) report(node, 'index');
      },
      'CallExpression[callee.object.name="Reflect"]'(node) {
        if (node.arguments[0] !== undefined && isVscode(node.arguments[0])) report(node, 'reflect');
      },
      'TSModuleDeclaration[id.value="vscode"]'(node) {
        report(node, 'augment');
      },
    };
  },
};

/**
 * The rule as ESLint's configuration, for what the package ships.
 * @type {import('eslint').Linter.Config[]}
 */
export const vscodeApi = [
  {
    files: ['src/**/*.ts'],
    plugins: { 'vscode-api': { rules: { public: publicApi } } },
    rules: {
      'vscode-api/public': 'error',
      // A described one would be allowed otherwise.
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
    },
  },
];
