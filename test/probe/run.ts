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
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // npm passes a signal on to a process that has already got it from the terminal, so a second one means nothing.
  process.on(signal, () => {
    if (interruption.signal.aborted) return;
    console.error('Stopping, and signing out. That can take half a minute without a connection…');
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
