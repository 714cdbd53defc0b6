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
    // The core speaks to no editor: it runs the same in Node and in a web worker.
    files: ['src/protocol/**', 'src/services/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['vscode'],
          patterns: ['node:*', '**/sessions/*', '**/provider/*', '**/ui/*', '**/extension.ts'],
        },
      ],
    },
  },
  {
    files: ['src/protocol/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: ['vscode'], patterns: ['node:*', '../*', '!../base'] }],
    },
  },
  {
    files: ['src/sessions/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['node:*', '**/provider/*', '**/ui/*', '**/windows/*', '**/extension.ts'] },
      ],
    },
  },
  {
    // The types of web workers declare these names, and Node does not have them.
    files: ['src/**'],
    rules: { 'no-restricted-globals': ['error', 'name', 'close', 'postMessage', 'importScripts'] },
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
    files: ['*.js', '*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', require: 'readonly' } },
  },
);
