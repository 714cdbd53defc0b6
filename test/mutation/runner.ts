// A test runner for Stryker. Every mutant runs the tests that reach it, one after the other, in one process, in which
// each test file is loaded once: that takes milliseconds, where a process a file takes half a second. Stryker starts a
// new process after a mutant that hangs, and for a mutant that acts while files are loaded.
import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { InstrumenterContext } from '@stryker-mutator/api/core';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { notRun, testFiles } from './folders.ts';
import { hang } from './hang.ts';
import { likelyKillersFirst } from './order.ts';
import { collect, failureOf, fileOf, type UnitTest } from './unitTests.ts';

/** What the mutated code and Stryker tell each other. */
const context: { -readonly [K in keyof InstrumenterContext]: InstrumenterContext[K] | undefined } = {};

Object.assign(globalThis, { __stryker__: context });

registerHooks({
  resolve: (specifier, { parentURL = '', ...rest }, next) =>
    specifier === 'node:test' && parentURL.includes('/test/unit/')
      ? { url: new URL('unitTests.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, { parentURL, ...rest }),
});

class UnitTestRunner implements TestRunner {
  readonly #files = globSync(testFiles, { exclude: [notRun] }).sort();
  readonly #loaded = new Map<string, readonly UnitTest[]>();
  /** The test files that have killed mutants, the last one first: they are likely to kill the next mutant. */
  #killers: string[] = [];
  /** A test that hangs may go on behind the next one. */
  #isSpoilt = false;

  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: false };
  }

  async dryRun(): Promise<DryRunResult> {
    const results: TestResult[] = [];
    for (const file of this.#files) await this.#load(file); // what is reached while files are loaded is told apart
    for (const test of [...this.#loaded.values()].flat()) results.push(await this.#run(test));
    const { mutantCoverage = { static: {}, perTest: {} } } = context;
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, ...options }: MutantRunOptions): Promise<MutantRunResult> {
    if (this.#isSpoilt) throw new Error('a new process is needed'); // Stryker starts one, and asks again
    const reached = testFilter && new Set(testFilter);
    const reachedFiles = reached && new Set([...reached].map(fileOf));
    const files = this.#files.filter((file) => reachedFiles?.has(file) ?? true);
    context.hitLimit = options.hitLimit;
    context.hitCount = options.hitLimit === undefined ? undefined : 0;
    const results: TestResult[] = [];
    for (const file of likelyKillersFirst(files, activeMutant.fileName, this.#killers)) {
      context.activeMutant = options.mutantActivation === 'static' ? activeMutant.id : undefined;
      const tests = await this.#load(file).catch(String);
      // Only a mutant that acts while files are loaded can do this. No test can run then, so all fail.
      if (typeof tests === 'string')
        return { status: MutantRunStatus.Killed, failureMessage: tests, killedBy: [], nrOfTests: 0 };
      context.activeMutant = activeMutant.id;
      for (const test of tests) {
        if (reached?.has(test.id) === false) continue;
        const result = await this.#runUntilItHangs(test);
        if (result === 'hung') {
          this.#isSpoilt = true;
          return { status: MutantRunStatus.Timeout, reason: `a test has hung: ${test.id}` };
        }
        results.push(result);
        if (result.status !== TestStatus.Failed) continue;
        this.#killers = [file, ...this.#killers.filter((each) => each !== file)];
        return this.#resultOf(results, options.hitLimit);
      }
    }
    return this.#resultOf(results, options.hitLimit);
  }

  #resultOf(tests: TestResult[], hitLimit: number | undefined): MutantRunResult {
    context.activeMutant = undefined;
    const tooManyHits = determineHitLimitReached(context.hitCount, hitLimit);
    return toMutantRunResult(tooManyHits ?? { status: DryRunStatus.Complete, tests });
  }

  async #load(file: string): Promise<readonly UnitTest[]> {
    const loaded =
      this.#loaded.get(file) ?? (await collect(file, () => import(pathToFileURL(path.resolve(file)).href)));
    this.#loaded.set(file, loaded);
    return loaded;
  }

  async #runUntilItHangs(test: UnitTest): Promise<TestResult | 'hung'> {
    const done = new AbortController();
    // It starts before the test, which may replace the timers.
    const hung = hang(done.signal);
    hung.catch(() => undefined);
    const result = await Promise.race([this.#run(test), hung]);
    done.abort();
    return result;
  }

  async #run(test: UnitTest): Promise<TestResult> {
    const start = performance.now();
    context.currentTestId = test.id;
    const failure = await failureOf(test);
    context.currentTestId = undefined;
    const timeSpentMs = performance.now() - start;
    const result = { id: test.id, name: test.id, fileName: path.resolve(test.file), timeSpentMs };
    if (failure !== undefined) return { ...result, status: TestStatus.Failed, failureMessage: failure };
    return { ...result, status: TestStatus.Success };
  }
}

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.TestRunner, 'unit', () => new UnitTestRunner()),
];
