import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

/**
 * User actions from inside the extension host, which cannot see notifications and dialogs.
 */

/** The URL of the runner's Sigma Identity. */
export function localServer(): string {
  const url = process.env.BAP_TEST_SIGMA;
  assert.ok(url, 'the runner names no server');
  return url;
}

/** Configures the runner's server. */
export async function useLocalServer(): Promise<void> {
  await useServer(localServer());
}

/** Configures a server, or the default one. */
export async function useServer(url: string | undefined): Promise<void> {
  const settings = vscode.workspace.getConfiguration('bapIdentity.sigma');
  await settings.update('serverUrl', url, vscode.ConfigurationTarget.Global);
}

/** Signs in with the Command Palette's command, as the demo user's identity with this index. */
export async function signIn(identity: number): Promise<void> {
  const before = await ask('/code', {});
  const command = new Command('bapIdentity.signIn');
  const userCode = await eventually('a code', async () => {
    await command.acceptFirstItem();
    const newest = await ask('/code', {});
    return newest === before ? undefined : newest;
  });
  await ask('/approve', { userCode, identity });
  await command.done;
}

/** Runs what starts a sign-in, and approves its code as the demo user. */
export async function approved<T>(start: () => PromiseLike<T>): Promise<T> {
  const before = await ask('/code', {});
  const signIn = start();
  const userCode = await eventually('a code', async () => {
    const newest = await ask('/code', {});
    return newest === before ? undefined : newest;
  });
  await ask('/approve', { userCode, identity: 0 });
  return signIn;
}

/** Signs out of every account with this name, like the Accounts menu. VS Code confirms automatically during tests. */
export async function signOutInMenu(name: string): Promise<void> {
  const named = async (): Promise<string[]> =>
    (await accounts()).filter((label) => label.startsWith(`${name} `));
  for (const accountLabel of await named()) {
    await vscode.commands.executeCommand('_signOutOfAccount', { providerId: 'sigma-identity', accountLabel });
  }
  await eventually('the account to be gone', async () => (await named()).length === 0 || undefined);
  await revocation();
}

/** Waits for a sign-out's background requests, so that later counts do not include them. */
async function revocation(): Promise<void> {
  await eventually('the revocation', async () => {
    const paths = await requests();
    return (
      paths.lastIndexOf('/api/auth/oauth2/revoke') > paths.lastIndexOf('/api/auth/sign-out') || undefined
    );
  });
}

/** A command that starts with a quick pick. */
class Command {
  readonly #id: string;
  #running = false;
  done: Thenable<unknown> = Promise.resolve();

  constructor(id: string) {
    this.#id = id;
  }

  /**
   * Accepting a list before its items arrive dismisses it. The next call then runs the command again.
   */
  async acceptFirstItem(): Promise<void> {
    if (this.#running) {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return;
    }
    this.#running = true;
    const ended = (): void => {
      this.#running = false;
    };
    this.done = vscode.commands.executeCommand(this.#id).then(ended, ended);
  }
}

/** The labels of VS Code's accounts. */
export async function accounts(): Promise<string[]> {
  return (await vscode.authentication.getAccounts('sigma-identity')).map(({ label }) => label);
}

/** The paths of all requests to Sigma Identity. */
export async function requests(): Promise<string[]> {
  return JSON.parse(await ask('/requests', {})) as string[];
}

/** Repeats `attempt` until it returns a value, and returns that. Fails after a minute. */
export async function eventually<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await delay(100);
  }
}

async function ask(path: string, body: unknown): Promise<string> {
  const runner = process.env.BAP_TEST_RUNNER;
  assert.ok(runner, 'there is no runner');
  const response = await fetch(runner + path, { method: 'POST', body: JSON.stringify(body) });
  const answer = await response.text();
  assert.ok(response.ok, answer);
  return answer;
}
