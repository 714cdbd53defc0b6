// Waits for the window of the launch configuration "Debug this host test file", and prints its results:
// npm run test:host:debug -- part-of-a-name …
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startRunner } from './runner.ts';
import { bundleSuites, suiteEntry } from './suites.ts';

// The problem matcher in .vscode/tasks.json reads the lines with [host].
console.log('[host] bundling');
const windows = await bundleSuites(process.argv.slice(2));
const files = [...(windows.keyring[0] ?? []), ...(windows.noKeyring[0] ?? [])];
const runner = await startRunner();
const variables = Object.entries(runner.env).map(([name, value]) => `${name}=${value}\n`);
await writeFile(path.join(path.dirname(suiteEntry), 'window.env'), variables.join(''));
console.log('[host] waiting for the window');
const report = await runner.run(files, () => Promise.resolve(), { debug: true });
if (report.error !== undefined) console.error(report.error);
if (report.failures > 0) process.exitCode = 1;
await runner.close();
