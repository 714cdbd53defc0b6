import { execFileSync } from 'node:child_process';
import { isMutated } from './folders.ts';

/** The files of src that can be mutated and differ from the branch `main`, committed or not. */
export function changedFiles(): string[] {
  const git = (...args: string[]): string[] =>
    execFileSync('git', args, { encoding: 'utf8' }).split('\n').filter(isMutated);
  return [
    ...git('diff', '--name-only', '--diff-filter=d', '--merge-base', 'main'),
    ...git('ls-files', '--others', '--exclude-standard', 'src'),
  ];
}
