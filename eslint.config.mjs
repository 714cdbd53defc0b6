import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.vscode-test/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      // `const { unwanted, ...rest } = object` is how to leave a member out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      // The types of web workers declare these names, and Node does not have them.
      'no-restricted-globals': ['error', 'name', 'close', 'postMessage', 'importScripts'],
      // An import of nothing but `type x` would load the module all the same.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // A way around types could reach API that VS Code refuses to a published extension.
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSAsExpression > TSAsExpression', message: 'Read it with a schema.' },
        {
          selector: 'TSModuleDeclaration[id.value="vscode"]',
          message: 'Use the types of the oldest VS Code.',
        },
      ],
    },
  },
  {
    files: ['test/**'],
    rules: {
      'no-console': 'off',
      // node:test's describe and it return promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'test', 'suite'] },
          ],
        },
      ],
    },
  },
  {
    // Scripts of pages that VS Code shows.
    files: ['media/*.js'],
    languageOptions: {
      globals: {
        acquireVsCodeApi: 'readonly',
        clearTimeout: 'readonly',
        document: 'readonly',
        setTimeout: 'readonly',
        window: 'readonly',
      },
    },
  },
  {
    files: ['*.js', '*.mjs', 'lint/*.mjs', 'media/**/*.mjs'],
    languageOptions: {
      globals: { console: 'readonly', module: 'readonly', process: 'readonly', require: 'readonly' },
    },
  },
);
