import { format } from 'node:util';
import Mocha from 'mocha';
import type { Plan, Report } from '../plan.ts';

/** Called by VS Code inside its extension host: asks the runner what to run, and tells it what happens. */
export async function run(): Promise<void> {
  const runner = process.env.BAP_TEST_RUNNER;
  if (runner === undefined) throw new Error('The suites are started by test/host/run.ts or runDesktop.ts.');
  let sent: Promise<unknown> = Promise.resolve();
  // One after the other: lines that overtake each other would be worse than slow ones.
  const send = (to: string, body: string) =>
    (sent = sent.then(() => fetch(runner + to, { method: 'POST', body })));

  const plan = (await (await fetch(`${runner}/plan`)).json()) as Plan;
  const report = await runMocha(plan, (line) => void send('/line', line));
  await send('/report', JSON.stringify(report));
  if (report.failures > 0) throw new Error(`${report.failures} failed`);
}

async function runMocha(plan: Plan, print: (line: string) => void): Promise<Report> {
  // The spec reporter's own way out: this extension host's console is not the runner's.
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
    print(format(...args));
  };
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', color: plan.color, timeout: 20_000 });
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
