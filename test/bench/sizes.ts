import { statSync } from 'node:fs';
import path from 'node:path';
import { root, vsixFile } from '../vscode/paths.ts';
import { vscodeFolder } from '../vscode/release.ts';
import { bytes, figure, type Figure } from './figure.ts';

/** The sizes of the download and of the bundles that VS Code loads. */
export function sizes(): Figure[] {
  const builtIn = (name: string): string => path.join(vscodeFolder, 'extensions', name, 'dist/extension.js');
  return [
    ['Bundle for Node that VS Code starts', path.join(root, 'dist/extension.js')],
    ['Bundle for a web worker', path.join(root, 'dist/web/extension.js')],
    ['Package', vsixFile],
    ['Bundle of VS Code’s github-authentication', builtIn('github-authentication')],
    [
      'Bundle of VS Code’s microsoft-authentication, without its native modules',
      builtIn('microsoft-authentication'),
    ],
  ].map(([what = '', file = '']) => figure(what, bytes(statSync(file).size), 'size of the file'));
}
