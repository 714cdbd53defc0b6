// A test runner for Stryker. All test files are loaded once, and every mutant runs the tests that reach it, one after
// the other, in the same process: that takes milliseconds, where a process a file takes half a second. Stryker starts a
// new process after a mutant that hangs, and for a mutant that acts while the files are loaded.
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
import { collect, failureOf, type UnitTest } from './unitTests.ts';

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
  #tests: readonly UnitTest[] = [];
  /** The ids of tests that have killed mutants, the last one first: they are likely to kill the next mutant. */
  #killers: string[] = [];
  /** A test that hangs may go on behind the next one. */
  #isSpoilt = false;

  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: false };
  }

  async dryRun(): Promise<DryRunResult> {
    await this.#load();
    const results: TestResult[] = [];
    for (const test of this.#tests) results.push(await this.#run(test));
    const { mutantCoverage = { static: {}, perTest: {} } } = context;
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    if (this.#isSpoilt) throw new Error('a new process is needed'); // Stryker starts one, and asks again
    const { activeMutant, testFilter, hitLimit, mutantActivation } = options;
    if (mutantActivation === 'static') {
      context.activeMutant = activeMutant.id;
      const problem = await this.#load().then(
        () => undefined,
        (error: unknown) => String(error),
      );
      if (problem !== undefined)
        return { status: MutantRunStatus.Killed, failureMessage: problem, killedBy: [], nrOfTests: 0 };
    }
    await this.#load();
    context.hitLimit = hitLimit;
    context.hitCount = hitLimit === undefined ? undefined : 0;
    context.activeMutant = activeMutant.id;
    const results: TestResult[] = [];
    const reached = testFilter && new Set(testFilter);
    const tests = this.#tests.filter(({ id }) => reached?.has(id) ?? true);
    for (const test of likelyKillersFirst(tests, activeMutant.fileName, this.#killers)) {
      const result = await this.#runUntilItHangs(test);
      if (result === 'hung') {
        this.#isSpoilt = true;
        return { status: MutantRunStatus.Timeout, reason: `a test has hung: ${test.id}` };
      }
      results.push(result);
      if (result.status !== TestStatus.Failed) continue;
      this.#killers = [test.id, ...this.#killers.filter((id) => id !== test.id)];
      break;
    }
    context.activeMutant = undefined;
    const tooManyHits = determineHitLimitReached(context.hitCount, hitLimit);
    return toMutantRunResult(tooManyHits ?? { status: DryRunStatus.Complete, tests: results });
  }

  async #load(): Promise<void> {
    if (this.#tests.length > 0) return;
    const tests: UnitTest[] = [];
    for (const file of globSync(testFiles, { exclude: [notRun] }).sort())
      tests.push(...(await collect(file, () => import(pathToFileURL(path.resolve(file)).href))));
    this.#tests = tests;
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
