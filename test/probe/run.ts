// Asks Sigma Identity and Adom what their documents leave open, and prints it as a table: npm run probe
import { systemClock } from '../../src/base/clock.ts';
import { readOptions, USAGE } from './options.ts';
import { probe } from './probe.ts';

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  console.error(`${options}\n\n${USAGE}`);
  process.exit(1);
}

const interruption = new AbortController();
/** npm passes each Ctrl+C on to a process that has already got it from the terminal. */
const SAME_MS = 1_000;
let interruptedAtMs: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interruptedAtMs !== undefined && Date.now() - interruptedAtMs > SAME_MS) process.exit(130);
    if (interruptedAtMs !== undefined) return;
    interruptedAtMs = Date.now();
    console.error('Stopping, and signing out… Press Ctrl+C again to stop without that.');
    interruption.abort();
  });
}

const code = await probe(options, {
  clock: systemClock,
  print: console.log,
  say: console.error,
  interrupted: interruption.signal,
});
process.exitCode = interruption.signal.aborted ? 130 : code;
