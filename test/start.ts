// Real VS Code in a browser tab, with this extension and both reference services on this machine: npm start
import { spawn } from 'node:child_process';
import { startAdomServer } from './servers/adom.ts';
import { startClawNetServer } from './servers/clawnet.ts';
import { startSigmaServer } from './servers/sigma.ts';
import { buildTestExtension } from './e2e/testExtension.ts';
import { startCodeServer } from './vscode/codeServer.ts';
import { runCommand, withProgress } from './vscode/command.ts';
import { ensureCodeServer } from './vscode/fetchCodeServer.ts';
import { vsixFile } from './vscode/paths.ts';

await ensureCodeServer();
await withProgress('Packaging the extension', () => runCommand('npm', ['run', '--silent', 'package']));

const [sigma, adom, clawnet] = await Promise.all([
  startSigmaServer(),
  startAdomServer(),
  startClawNetServer(),
]);
const server = await startCodeServer({
  vsix: vsixFile,
  extensionFolders: [await buildTestExtension('consumer')],
  settings: {
    'bapIdentity.sigma.serverUrl': sigma.url,
    'bapIdentity.adom.apiUrl': adom.url,
    'bapIdentity.clawnet.apiUrl': clawnet.url,
  },
});

console.log(`
VS Code is at   ${server.url}

Sign in from the Accounts menu (the figure at the bottom left), approve in the tab that
opens, and run "Consumer: Sign In with …" to see another extension use the session.
At Sigma Identity the demo person has one BAP identity, the second demo person has two.

Sigma Identity  ${sigma.url}   (stand-in: better-auth)
Adom            ${adom.url}   (stand-in)
ClawNet         ${clawnet.url}   (stand-in)

Ctrl-C stops everything.`);
openTab(server.url);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all([server.stop(), sigma.close(), adom.close(), clawnet.close()]).then(() =>
      process.exit(0),
    );
  });
}

/** Opens the address in the browser, if this machine has a display. The text above names the address too. */
function openTab(url: string): void {
  const isMac = process.platform === 'darwin';
  if (!isMac && process.env.DISPLAY === undefined && process.env.WAYLAND_DISPLAY === undefined) return;
  spawn(isMac ? 'open' : 'xdg-open', [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
