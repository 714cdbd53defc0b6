import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { vscodeFolder } from './release.ts';

/** What the tests of test/e2e see of VS Code's built-in extensions: themes, icons, and the Markdown preview. */
const NEEDED = [
  'theme-defaults',
  'theme-seti',
  'theme-modern-icons',
  'markdown-basics',
  'markdown-language-features',
  'simple-browser',
];

/** Fills a folder with links to the needed built-in extensions, and returns the server's arguments for it. */
export async function onlyNeededBuiltIns(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  for (const name of NEEDED) {
    const source = path.join(vscodeFolder, 'extensions', name);
    // Not every release has all of them.
    if (existsSync(source)) await symlink(source, path.join(folder, name), 'dir');
  }
  return ['--builtin-extensions-dir', folder];
}
