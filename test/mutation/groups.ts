// Stryker's runner for node:test starts Node once for each test file, and most of the time goes into that. This one
// runs test files together.
import path from 'node:path';
import { TapTestRunner, type createTapTestRunnerFactory } from '@stryker-mutator/tap-runner';

type Options = Parameters<TapTestRunner['mutantRun']>[0];
type Result = Awaited<ReturnType<TapTestRunner['mutantRun']>>;
type Injector = Parameters<ReturnType<typeof createTapTestRunnerFactory>>[0];

const FILES_PER_GROUP = 6;

class GroupRunner extends TapTestRunner {
  /** The group that noticed the last change of each file. It probably notices the next one, too. */
  readonly #noticed = new Map<string, string>();

  /** Runs the test files named after the changed file first, because they notice most changes. */
  override async mutantRun(options: Options): Promise<Result> {
    const { fileName } = options.activeMutant;
    const files = options.testFilter ?? [];
    const near = files.filter((file) => path.basename(file).startsWith(`${path.basename(fileName, '.ts')}.`));
    const far = files.filter((file) => !near.includes(file));
    const groups = near.length > 0 ? [near.join()] : [];
    while (far.length > 0) groups.push(far.splice(0, FILES_PER_GROUP).join());
    const last = this.#noticed.get(fileName) ?? '';
    groups.sort((a, b) => Number(b === last) - Number(a === last));
    const result = await super.mutantRun({ ...options, testFilter: groups });
    if (!('killedBy' in result)) return result;
    const [group = ''] = [result.killedBy].flat();
    this.#noticed.set(fileName, group);
    return { ...result, killedBy: group.split(',') }; // the report knows files, not groups
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
