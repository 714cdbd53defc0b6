import { afterEach, beforeEach, type SuiteContext, type TestContext } from 'node:test';
import type { Workbench } from './workbench.ts';

/**
 * Declares that each test of this `describe` depends on the tests before it. After one fails, the rest fail at once and
 * name it.
 */
export function dependentTests(name: string, workbench: () => Workbench): void {
  let failedStep: string | undefined;
  beforeEach(() => {
    if (failedStep !== undefined) throw new Error(`Not run, because this step failed: ${failedStep}`);
  });
  afterEach(async (step) => {
    if (failedStep !== undefined) return;
    if (hasFailed(step)) failedStep = step.name;
    await finish(name, step, workbench());
  });
}

/**
 * Declares that the tests of this `describe` share a window but do not depend on each other. After one fails, the
 * window reloads.
 */
export function independentTests(name: string, workbench: () => Workbench): void {
  afterEach(async (test) => {
    await finish(name, test, workbench());
    if (hasFailed(test)) await workbench().reload();
  });
}

/** Saves a screenshot and the logs of a failed test. After a passed one, clears the notifications. */
async function finish(name: string, test: TestContext | SuiteContext, workbench: Workbench): Promise<void> {
  if (hasFailed(test)) await workbench.saveFailure(`${name}-${test.name}`);
  else await workbench.clearNotifications();
}

const hasFailed = (test: TestContext | SuiteContext): boolean => 'passed' in test && !test.passed;
