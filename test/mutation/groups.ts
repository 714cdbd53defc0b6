// Stryker's runner for node:test starts Node once for each test file, and most of the time goes into that. This one
// runs test files together.
import path from 'node:path';
import { TapTestRunner, type createTapTestRunnerFactory } from '@stryker-mutator/tap-runner';

type Options = Parameters<TapTestRunner['mutantRun']>[0];
type Result = Awaited<ReturnType<TapTestRunner['mutantRun']>>;
type Injector = Parameters<ReturnType<typeof createTapTestRunnerFactory>>[0];

class GroupRunner extends TapTestRunner {
  /** Runs the test files named after the changed file first, because they notice most changes. */
  override async mutantRun(options: Options): Promise<Result> {
    const files = options.testFilter ?? [];
    const name = `${path.basename(options.activeMutant.fileName, '.ts')}.`;
    const near = files.filter((file) => path.basename(file).startsWith(name));
    const far = files.filter((file) => !near.includes(file));
    const groups = [near, far].filter(({ length }) => length > 0).map((group) => group.join());
    const result = await super.mutantRun({ ...options, testFilter: groups });
    if (!('killedBy' in result)) return result;
    // The report knows files, not groups.
    return { ...result, killedBy: [result.killedBy].flat().flatMap((group) => group.split(',')) };
  }
}

const create = (injector: Injector): TapTestRunner =>
  injector.provideValue('globalNamespace', '__stryker__' as const).injectClass(GroupRunner);

export const strykerPlugins = [
  {
    kind: 'TestRunner',
    name: 'groups',
    factory: Object.assign(create, { inject: ['$injector'] }),
  },
];
