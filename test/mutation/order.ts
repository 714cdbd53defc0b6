// In which order tests run for a mutant. The first that fails is the last, so the order decides how long it takes.
import path from 'node:path';

export interface TestPlace {
  readonly id: string;
  /** Such as `test/unit/base/clock.test.ts`. */
  readonly file: string;
}

/**
 * Tests that have killed a mutant first (`killers`: their ids, the last one first), then those named after the mutated
 * file, then those of its folder, then the rest.
 */
export function likelyKillersFirst<T extends TestPlace>(
  tests: readonly T[],
  mutated: string,
  killers: readonly string[],
): T[] {
  const killed = new Map(killers.map((id, index) => [id, index]));
  const name = path.basename(mutated, '.ts');
  const folder = path.basename(path.dirname(mutated));
  const rank = ({ id, file }: T): number => {
    const isNear = path.basename(path.dirname(file)) === folder;
    if (isNear && killed.has(id)) return (killed.get(id) ?? 0) - killers.length;
    if (!isNear) return 2;
    return path.basename(file).startsWith(`${name}.`) ? 0 : 1;
  };
  return tests.toSorted((a, b) => rank(a) - rank(b));
}
