import { afterEach, beforeEach, type SuiteContext, type TestContext } from 'node:test';
import type { Workbench } from './workbench.ts';

/**
 * Says that the tests of this `describe` are steps of one story: each needs what the steps before it have
 * done. After a step has failed, the later steps fail at once and name it.
 */
export function isOneStory(name: string, workbench: () => Workbench): void {
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
 * Says that the tests of this `describe` share a window and do not need each other. After a test has failed,
 * the next one gets a fresh window.
 */
export function areSeparate(name: string, workbench: () => Workbench): void {
  afterEach(async (test) => {
    await finish(name, test, workbench());
    if (hasFailed(test)) await workbench().reload();
  });
}

/** Keeps a screenshot and the logs of a failed test, and clears the notifications for the next one. */
async function finish(name: string, test: TestContext | SuiteContext, workbench: Workbench): Promise<void> {
  if (hasFailed(test)) await workbench.keepEvidence(`${name}-${test.name}`);
  else await workbench.clearNotifications();
}

const hasFailed = (test: TestContext | SuiteContext): boolean => 'passed' in test && !test.passed;
