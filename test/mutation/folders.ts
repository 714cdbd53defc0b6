// What is mutated, and with which tests.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** The parts of src whose unit tests need no VS Code, no files and no other process. */
export const folders: Readonly<Record<string, string>> = {
  'src/sessions': 'src/sessions/**/*.ts',
  'src/http': 'src/http/**/*.ts',
  'src/oauth': 'src/oauth/**/*.ts',
  'src/services': 'src/services/**/*.ts',
  'src/base': 'src/base/**/*.ts',
  'src/signIn': 'src/signIn/signIn*.ts',
};

/** All tests of these folders run for each mutant that they reach: sessions are a test of `base`, too. */
export const testFiles = 'test/unit/{base,protocol,services,sessions,provider}/**/*.test.ts';

/** What they do is random: they kill a mutant in one run and not in the next one. They are slow, too. */
export const notRun = '**/*.property.test.ts';

/** True for a file that `npm run test:mutation` mutates. */
export function isMutated(file: string): boolean {
  return Object.values(folders).some((pattern) => path.matchesGlob(file, pattern));
}

/** What Stryker shall mutate for a folder or a file: `src/base`, `src/base/log.ts`, or some lines of it: `…/log.ts:9-14`. */
export function patternOf(target: string): string {
  const name = path.relative('.', target);
  const file = name.replace(/(:\d+){1,2}(-\d+(:\d+)?)?$/, '');
  if (!existsSync(file)) throw new Error(`There is no ${file}.`);
  if (statSync(file).isDirectory()) return folders[name] ?? `${name}/**/*.ts`;
  if (!isMutated(file)) throw new Error(`No unit test that can run here is of ${file}.`);
  return name;
}
