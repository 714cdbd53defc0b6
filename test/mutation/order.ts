// In which order tests run for a mutant. The first that fails is the last, so the order decides how long it takes.
import path from 'node:path';

/**
 * Test files in the order in which they are likely to kill a mutant: those that have killed one in the same folder
 * (`killers`, the last one first), then those that are named after the mutated file, then the others of its folder.
 */
export function likelyKillersFirst(
  testFiles: readonly string[],
  mutated: string,
  killers: readonly string[],
): string[] {
  const folderOf = (file: string): string => path.basename(path.dirname(file));
  const name = path.basename(mutated, '.ts');
  const rank = (file: string): number => {
    if (folderOf(file) !== folderOf(mutated)) return 2;
    const killed = killers.indexOf(file);
    if (killed >= 0) return killed - killers.length;
    return path.basename(file).startsWith(`${name}.`) ? 0 : 1;
  };
  return testFiles.toSorted((a, b) => rank(a) - rank(b));
}
