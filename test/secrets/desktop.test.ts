import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { HostKind } from '../e2e/host.ts';
import { dependentTests } from '../e2e/steps.ts';
import { Workbench } from '../e2e/workbench.ts';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { LOCK_KEYRING, UNLOCK_KEYRING } from '../vscode/desktopSecrets.ts';

const OFFER = 'Sign in with Sigma Identity to use BAP Identity (1)';
const SATOSHI = 'satoshi (';
const ADA = 'Ada (';
const NOT_STORED = 'You are signed in to Sigma Identity only until you close this window,';
const LOST = 'VS Code couldn’t keep your session, most likely because this system has no keyring.';

/** For a page: VS Code believes that it writes, as on a full disk or in the last moment before it is killed. */
const WRITE_NOTHING = 'IDBObjectStore.prototype.put = function () { return this.count(); }';

/** All windows of one browser. */
class Windows {
  /** One that is open. */
  first: Workbench;
  readonly #sigma: SigmaServer;
  readonly #adom: AdomServer;

  private constructor(first: Workbench, sigma: SigmaServer, adom: AdomServer) {
    this.first = first;
    this.#sigma = sigma;
    this.#adom = adom;
  }

  static async open(kind: HostKind): Promise<Windows> {
    const sigma = await startSigmaServer({ intervalSeconds: 1 });
    const adom = await startAdomServer();
    const settings = { 'bapIdentity.sigma.serverUrl': sigma.url, 'bapIdentity.adom.apiUrl': adom.url };
    const windows = new Windows(await Workbench.open(settings, kind), sigma, adom);
    await windows.first.waitForAccountsEntry(OFFER);
    return windows;
  }

  /** Opens a second window. */
  async openTwo(entry: string): Promise<Workbench> {
    const two = await this.first.openWindow();
    await two.waitForAccountsEntry(entry);
    return two;
  }

  /** Closes all windows at once, then opens one. `meanwhile` gets the folder of the shared copy. */
  async restart(meanwhile?: (sessions: string) => void): Promise<void> {
    const { page, serverFolder } = this.first;
    await Promise.all(
      page
        .context()
        .pages()
        .map((each) => each.close()),
    );
    meanwhile?.(path.join(serverFolder, 'data/User/globalStorage/bap-identity.bap-authentication/sessions'));
    this.first = await this.first.openWindow();
  }

  async signIn(): Promise<void> {
    await this.#sigma.approve(await start(this.first, 'Sigma Identity'));
    await this.first.waitForNotification('Signed in to Sigma Identity as satoshi');
  }

  /** Signs in to one service in each window, at the same moment. */
  async signInTogether(two: Workbench): Promise<void> {
    const code = await start(this.first, 'Sigma Identity');
    await start(two, 'Adom');
    this.#adom.approve();
    await this.#sigma.approve(code);
    for (const window of [this.first, two])
      for (const account of [SATOSHI, ADA]) await window.waitForAccountsEntry(account);
  }

  async signOut(account: string): Promise<void> {
    await this.first.signOutInMenu(account);
    await this.first.until(
      async () => !(await this.first.accountsMenu()).some((entry) => entry.startsWith(account)),
      `${account} to be gone`,
    );
  }

  /** How many sessions SecretStorage has written. */
  async written(): Promise<number> {
    return (await this.first.storedInBrowser()).match(/accessToken/g)?.length ?? 0;
  }

  /** VS Code writes a while after it has answered. */
  async untilWritten(count: number): Promise<void> {
    await this.first.until(
      async () => (await this.written()) === count,
      `${count} sessions in SecretStorage`,
    );
  }

  async close(): Promise<void> {
    await this.first.close();
    await Promise.all([this.#sigma.close(), this.#adom.close()]);
  }
}

async function start(window: Workbench, service: string): Promise<string> {
  await window.run('BAP Identity: Sign In…');
  await window.listItem(service).click();
  return window.userCode(service);
}

/** In one step: the extension host of a closed tab lives on, and watches the folder. */
function remove(folder: string): void {
  renameSync(folder, `${folder}-${crypto.randomUUID()}`);
}

describe('SecretStorage of desktop VS Code', () => {
  let windows: Windows;

  before(async () => {
    windows = await Windows.open('desktop');
  });
  after(() => windows.close());
  dependentTests('desktop-secrets', () => windows.first);

  it('keeps a sign-in that another window sees, also when the files are gone', async () => {
    const two = await windows.openTwo(OFFER);
    await windows.signIn();
    await two.waitForAccountsEntry(SATOSHI);
    await windows.untilWritten(1);
    await windows.restart(remove);
    await windows.first.waitForAccountsEntry(SATOSHI);
    await windows.first.reload();
    await windows.signOut(SATOSHI);
    await windows.untilWritten(0);
  });

  it('keeps the sign-ins of two windows at the same moment', async () => {
    await windows.signInTogether(await windows.openTwo(OFFER));
    await windows.untilWritten(2);
    await windows.restart(remove);
    for (const account of [SATOSHI, ADA]) await windows.first.waitForAccountsEntry(account);
    for (const account of [SATOSHI, ADA]) await windows.signOut(account);
    await windows.untilWritten(0);
  });

  it('may lose a sign-in before it is written, and the files still have it', async () => {
    await windows.first.page.evaluate(WRITE_NOTHING);
    await windows.signIn();
    assert.equal(await windows.written(), 0);
    await windows.restart();
    await windows.first.waitForAccountsEntry(SATOSHI);
    await windows.signOut(SATOSHI);
  });

  it('fails while the keyring is locked: without files, the sign-in ends with the window, and a message says so', async () => {
    await windows.restart((sessions) => {
      remove(sessions);
      writeFileSync(sessions, 'not a folder');
    });
    const { first } = windows;
    await first.page.evaluate(LOCK_KEYRING);
    await windows.signIn();
    await first.waitForNotification(NOT_STORED);
    await first.waitForAccountsEntry(SATOSHI);
    for (const theme of ['Dark Modern', 'Light Modern'] as const) {
      await first.useTheme(theme);
      await first.run('Notifications: Show Notifications');
      await first.screenshot(`desktop-not-stored-${theme}`);
    }
    await first.clickInNotification(NOT_STORED, 'button', 'Diagnose');
    const report = first.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await report.getByText('The secret storage can’t be used. Unlock your system’s keyring.').waitFor();
    assert.equal(await windows.written(), 0);
  });

  it('gets the sign-in as soon as the keyring is unlocked', async () => {
    await windows.first.page.evaluate(UNLOCK_KEYRING);
    await windows.untilWritten(1);
    await windows.restart();
    await windows.first.waitForAccountsEntry(SATOSHI);
  });
});

describe('desktop VS Code without a keyring', () => {
  let windows: Windows;

  before(async () => {
    windows = await Windows.open('desktopWithoutKeyring');
  });
  after(() => windows.close());
  dependentTests('desktop-without-keyring', () => windows.first);

  it('shows a sign-in to another window, although each window has a SecretStorage of its own', async () => {
    const two = await windows.openTwo(OFFER);
    await windows.signIn();
    await two.waitForAccountsEntry(SATOSHI);
    await windows.first.reload();
    await windows.first.waitForAccountsEntry(SATOSHI);
    assert.equal(await windows.written(), 0);
  });

  it('says after a restart why the sign-in is lost', async () => {
    await windows.restart();
    await windows.first.waitForNotification(LOST);
    await windows.first.screenshot('desktop-without-keyring');
  });
});
