// Runs the suites inside VS Code's extension host, in Chromium:
// npm run test:host [-- part-of-a-name …]
import { startBareServer } from '../vscode/bareServer.ts';
import { launchBrowser } from '../vscode/browser.ts';
import { startCodeServer, type CodeServer } from '../vscode/codeServer.ts';
import { install } from '../vscode/install.ts';
import { root } from '../vscode/paths.ts';
import { readExtensionHostLogs } from '../vscode/serverLogs.ts';
import { startRunner, type Runner } from './runner.ts';
import { bundleSuites, suiteEntry } from './suites.ts';

const { chromium } = await install();
const windows = await bundleSuites(process.argv.slice(2));
const runner = await startRunner();
const browser = await launchBrowser(chromium);
try {
  const passes =
    (await runIn('VS Code with a keyring', windows.keyring, startWithKeyring)) +
    (await runIn('VS Code without a keyring', windows.noKeyring, startWithoutKeyring));
  if (passes === 0 && process.exitCode === undefined) fail('No test ran.');
} finally {
  await browser.close();
  await runner.close();
}

function startWithKeyring(env: Runner['env']): Promise<CodeServer> {
  return startCodeServer({ smokeTestDriver: true, env });
}

function startWithoutKeyring(env: Runner['env']): Promise<CodeServer> {
  return startBareServer({ smokeTestDriver: true, env });
}

/** Runs lists of files on one server and in one browser profile. The window reloads between lists. */
async function runIn(
  title: string,
  fileLists: string[][],
  start: (env: Runner['env']) => Promise<CodeServer>,
): Promise<number> {
  if (fileLists.length === 0) return 0;
  const server = await start(runner.env);
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  context.setDefaultTimeout(180_000); // for busy machines
  const page = await context.newPage();
  let passes = 0;
  try {
    for (const [reloads, files] of fileLists.entries()) {
      console.log(reloads === 0 ? `\n${title}` : `\n${title}, the window reloaded`);
      const open = () => (reloads === 0 ? page.goto(addressOfSuites(server)) : page.reload());
      const report = await runner.run(files, open);
      passes += report.passes;
      if (report.error !== undefined) console.log(report.error);
      if (report.failures > 0) fail(`${report.failures} failed.\n${readExtensionHostLogs(server)}`);
    }
  } catch (error) {
    fail(`${String(error)}\n${readExtensionHostLogs(server)}`);
  } finally {
    await context.close();
    await server.stop();
  }
  return passes;
}

/** The URL of an empty window with this repository as an extension under development. */
function addressOfSuites(server: CodeServer): string {
  const remote = (file: string) => `vscode-remote://127.0.0.1:${server.port}${file}`;
  const payload = [
    ['extensionDevelopmentPath', remote(root)],
    ['extensionTestsPath', remote(suiteEntry)],
  ];
  return `http://127.0.0.1:${server.port}/?ew=true&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

function fail(why: string): void {
  console.error(why);
  process.exitCode = 1;
}
