import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import * as fc from 'fast-check';

/** How many random cases each property is tried with. */
export const RUNS = positive(process.env.FUZZ_RUNS) ?? 200;
/** The same seed gives the same cases. */
export const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
/** The path to the one case that failed, as the failure names it. It makes sense for a single property only. */
const PATH = process.env.FUZZ_PATH;

/** Rejections that nobody has handled, and errors that nobody has caught. */
const strays: unknown[] = [];
process.on('unhandledRejection', (reason) => strays.push(reason));

/**
 * Checks a property with random values, and says in the test's output how to try the same values again. A property
 * also fails when it leaves a rejection that nobody handles.
 */
export async function holds<T>(
  test: TestContext,
  values: fc.Arbitrary<T>,
  law: (value: T) => Promise<void> | void,
): Promise<void> {
  test.diagnostic(`FUZZ_RUNS=${RUNS} FUZZ_SEED=${SEED}`);
  const property = fc.asyncProperty(values, async (value) => {
    await law(value);
    assert.deepEqual(strays.splice(0), [], 'a rejection that nobody handles');
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED, ...(PATH !== undefined && { path: PATH }) });
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return number > 0 ? number : undefined;
}
