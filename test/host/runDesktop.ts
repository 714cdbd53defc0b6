// Runs the same suites in desktop VS Code, which it downloads: npm run test:desktop [-- part-of-a-name …]
// The environment variable VSCODE_DESKTOP names one version, such as 1.105.1, stable or insiders.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { cacheFolder, root } from '../vscode/paths.ts';
import { createFolder } from '../vscode/serverProcess.ts';
import { startRunner, type Runner } from './runner.ts';
import { bundleSuites, suiteEntry } from './suites.ts';

const wanted = process.env.VSCODE_DESKTOP;
/** The oldest supported version and the current one. */
const versions = wanted === undefined ? ['1.105.1', 'stable'] : [wanted];

const windows = await bundleSuites(process.argv.slice(2));
// Desktop VS Code stores nothing on disk during tests, so the suites for a reloaded window cannot run.
const files = [...(windows.keyring[0] ?? []), ...(windows.noKeyring[0] ?? [])];
const runner = await startRunner();
try {
  for (const version of versions) await runIn(version, runner);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await runner.close();
}

async function runIn(version: string, runner: Runner): Promise<void> {
  const vscodeExecutablePath = await download(version);
  console.log(`\nDesktop VS Code ${version}`);
  const folder = createFolder();
  try {
    const report = await runner.run(files, () =>
      runTests({
        vscodeExecutablePath,
        extensionDevelopmentPath: root,
        extensionTestsPath: suiteEntry,
        extensionTestsEnv: runner.env,
        launchArgs: ['--disable-extensions', '--no-sandbox', `--user-data-dir=${path.join(folder, 'data')}`],
      }),
    );
    if (report.error !== undefined) throw new Error(report.error);
    if (report.failures > 0) throw new Error(`${report.failures} failed.`);
    if (report.passes === 0) throw new Error('No test ran.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(version: string): Promise<string> {
  try {
    return await downloadAndUnzipVSCode({ version, cachePath: cacheFolder });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`VS Code ${version} cannot be downloaded here (${reason}), and test:desktop needs it.`, {
      cause: error,
    });
  }
}
