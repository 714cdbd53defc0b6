import js from '@eslint/js';
import tseslint from 'typescript-eslint';

import { vscodeApi } from './lint/vscodeApi.mjs';

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
  ...vscodeApi,
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
    files: ['*.js', '*.mjs', 'lint/*.mjs', 'media/**/*.mjs'],
    languageOptions: {
      globals: { console: 'readonly', module: 'readonly', process: 'readonly', require: 'readonly' },
    },
  },
);
