import { rm } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { outFolder } from '../vscode/paths.ts';
import { release } from '../vscode/release.ts';

const hostFolder = path.join(import.meta.dirname, 'suite');
const targetFolder = path.join(outFolder, release.name === 'current' ? 'host' : 'host-oldest');

/** The entry point that VS Code runs. */
export const suiteEntry = path.join(targetFolder, 'index.js');

/**
 * Suites that share a browser profile. The first list runs in a new window, each later list after a reload.
 */
export interface Windows {
  /** For VS Code that keeps secrets across reloads. */
  keyring: string[][];
  /** For VS Code that keeps secrets in memory only. */
  noKeyring: string[][];
}

/**
 * Bundles the suites whose names contain an item of `filter`, and sorts them by name into the windows that they need:
 * `x.test.ts`, `x.afterReload.test.ts`, `x.afterReload2.test.ts`; the same with `x.noKeyring…`.
 */
export async function bundleSuites(filter: string[]): Promise<Windows> {
  const names = readdirSync(hostFolder)
    .filter(
      (name) =>
        name.endsWith('.test.ts') && (filter.length === 0 || filter.some((part) => name.includes(part))),
    )
    .sort();
  await rm(targetFolder, { recursive: true, force: true });
  await build({
    entryPoints: [path.join(hostFolder, 'index.ts'), ...names.map((name) => path.join(hostFolder, name))],
    outdir: targetFolder,
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    // `describe` and `it` must come from the Mocha instance that runs the tests.
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const windows: Windows = { keyring: [], noKeyring: [] };
  for (const name of names) {
    const list = name.includes('.noKeyring.') ? windows.noKeyring : windows.keyring;
    const reload = /\.afterReload(\d*)\.test\.ts$/.exec(name)?.[1];
    const index = reload === undefined ? 0 : Number(reload || 1);
    while (list.length <= index) list.push([]);
    list[index]?.push(path.join(targetFolder, name.replace(/\.ts$/, '.js')));
  }
  return windows;
}
