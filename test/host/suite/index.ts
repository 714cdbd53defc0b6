import { format } from 'node:util';
import type { Plan, Report } from '../plan.ts';

/** The entry point that VS Code calls in its extension host. Asks the runner what to run and sends it the results. */
export async function run(): Promise<void> {
  const runner = process.env.BAP_TEST_RUNNER;
  if (runner === undefined)
    throw new Error('Start the suites with npm run test:host, or with a launch configuration of .vscode.');
  let sent: Promise<unknown> = Promise.resolve();
  // One request at a time, so that the lines arrive in order.
  const send = (to: string, body: string) =>
    (sent = sent.then(() => fetch(runner + to, { method: 'POST', body })));

  const plan = (await (await fetch(`${runner}/plan`)).json()) as Plan;
  const report = await runMocha(plan, (line) => void send('/line', line));
  await send('/report', JSON.stringify(report));
  if (report.failures > 0) throw new Error(`${report.failures} failed`);
}

async function runMocha(plan: Plan, print: (line: string) => void): Promise<Report> {
  // A static import would be bundled as `require`, which behaves differently in Node 22 and Node 24.
  const { default: Mocha } = await import('mocha');
  // The reporter writes to the extension host's console, out of the runner's reach.
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
    print(format(...args));
  };
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', color: plan.color, timeout: plan.timeoutMs });
  for (const file of plan.files) mocha.addFile(file);
  return await new Promise((resolve) => {
    try {
      const runner = mocha.run((failures) => {
        resolve({ failures, passes: runner.stats?.passes ?? 0 });
      });
    } catch (error) {
      resolve({
        passes: 0,
        failures: 1,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  });
}
