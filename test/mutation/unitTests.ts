// Stands in for node:test where mutants are tested: it collects the tests, so that they can run again and again in one
// process. It has what the tests of test/unit/{base,protocol,services,sessions,provider} use, and no more.
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

export { mock };

interface Context {
  readonly mock: typeof mock;
  readonly assert: typeof assert;
  diagnostic(line: string): void;
}

const context: Context = { mock, assert, diagnostic: () => undefined };

type Work = (context: Context) => unknown;

export interface UnitTest {
  /** Never that of another test. */
  readonly id: string;
  /** Relative to the root of the project. */
  readonly file: string;
  readonly work: Work;
  readonly before: readonly Work[];
  readonly after: readonly Work[];
}

interface Suite {
  readonly name: string;
  readonly before: Work[];
  readonly after: Work[];
}

const SEPARATOR = ' › ';
const tests: UnitTest[] = [];
let file = '';
let suites: readonly Suite[] = [];

/** Loads a file, and gives its tests. `load` imports it. */
export async function collect(name: string, load: () => Promise<unknown>): Promise<UnitTest[]> {
  const first = tests.length;
  file = name;
  suites = [{ name, before: [], after: [] }];
  await load();
  return tests.slice(first);
}

/** The file of the test with this id. */
export function fileOf(id: string): string {
  return id.split(SEPARATOR)[0] ?? id;
}

export function describe(name: string, define: () => void): void {
  const outer = suites;
  suites = [...outer, { name, before: [], after: [] }];
  define();
  suites = outer;
}

export function it(name: string, work: Work): void {
  const inOrder = suites;
  const title = [...suites.map((suite) => suite.name), name].join(SEPARATOR);
  const sameName = tests.filter(({ id }) => id === title || id.startsWith(`${title} #`)).length;
  tests.push({
    id: sameName === 0 ? title : `${title} #${sameName + 1}`,
    file,
    work,
    // Read late: a hook may stand below the test.
    get before() {
      return inOrder.flatMap((suite) => suite.before);
    },
    get after() {
      return inOrder.toReversed().flatMap((suite) => suite.after);
    },
  });
}

// A mutant runs a few tests of a suite, in any order, so what is done once for a suite is done for each of its tests.
export const before = (work: Work): void => void suites.at(-1)?.before.push(work);
export const after = (work: Work): void => void suites.at(-1)?.after.push(work);
export const beforeEach = before;
export const afterEach = after;

/** What has failed outside the calls of a test, such as a promise that nobody waits for. */
const strays: unknown[] = [];
process.on('uncaughtException', (error) => strays.push(error));
process.on('unhandledRejection', (error) => strays.push(error));

/** Runs a test with its hooks. Gives why it has failed, or undefined. */
export async function failureOf(test: UnitTest): Promise<string | undefined> {
  strays.length = 0;
  const errors: unknown[] = [];
  const run = async (work: Work): Promise<void> => {
    try {
      await work(context);
    } catch (error) {
      errors.push(error);
    }
  };
  for (const hook of test.before) await run(hook);
  await run(test.work);
  for (const hook of test.after) await run(hook);
  mock.reset();
  await nextTurn(); // Node tells now of promises that nobody waits for
  const failures = [...errors, ...strays];
  return failures.length === 0 ? undefined : String(failures[0]);
}
