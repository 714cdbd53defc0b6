import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../vscode/browser.ts';
import { install } from '../vscode/install.ts';
import { outFolder } from '../vscode/paths.ts';
import { release } from '../vscode/release.ts';
import { isWeb, startHost, type Host, type HostKind } from './host.ts';

/** The same test can run in several editors at the same time. */
const editor = isWeb ? '-web' : release.name === 'current' ? '' : '-oldest';
const screenshotFolder = path.join(outFolder, `screenshots${editor}`);

/** Long enough for a slow machine that does other work too: a window can need a minute there to start its extensions. */
const WAIT_MS = 180_000;

/** Notes in the page that an entry of a list has got a click. */
const NOTE_CLICKS = `globalThis.hasClickedEntry = false;
  globalThis.noteClick ??= addEventListener('click', ({ target }) => {
    if (target.closest?.('.quick-input-list .monaco-list-row')) globalThis.hasClickedEntry = true;
  }, true) ?? true`;

/** The value of the setting, and the class that VS Code gives to a window in this theme. */
const themes = {
  'Light Modern': { id: 'Light Modern', mark: '.vs' },
  'Dark Modern': { id: 'Dark Modern', mark: '.vs-dark' },
  'Dark High Contrast': { id: 'Default High Contrast', mark: '.hc-black' },
  'Light High Contrast': { id: 'Default High Contrast Light', mark: '.hc-light' },
} as const;
type Theme = keyof typeof themes;

/** VS Code with this extension's package and the consumer installed, as a person sees it. */
export class Workbench {
  readonly page: Page;
  readonly #host: Host;
  readonly #browser: Browser;
  readonly #context: BrowserContext;

  private constructor(host: Host, browser: Browser, context: BrowserContext, page: Page) {
    this.#host = host;
    this.#browser = browser;
    this.#context = context;
    this.page = page;
  }

  static async open(settings: Record<string, unknown>, kind: HostKind = 'codeServer'): Promise<Workbench> {
    const workbench = await Workbench.#create(settings, kind);
    await workbench.reload();
    return workbench;
  }

  /** The same with a folder open from the start. */
  static async openIn(folder: string, settings: Record<string, unknown>): Promise<Workbench> {
    const workbench = await Workbench.#create(settings, 'codeServer');
    await workbench.openFolder(folder);
    return workbench;
  }

  /** Opens two windows of one browser at the same moment, in which the extension starts for the first time. */
  static async openTwo(settings: Record<string, unknown>): Promise<[Workbench, Workbench]> {
    const one = await Workbench.#create(settings, 'codeServer');
    const two = new Workbench(one.#host, one.#browser, one.#context, await one.#context.newPage());
    await Promise.all([one.reload(), two.reload()]);
    return [one, two];
  }

  static async #create(settings: Record<string, unknown>, kind: HostKind): Promise<Workbench> {
    const start = async (): Promise<Browser> => launchBrowser((await install()).chromium);
    const [host, browser] = await Promise.all([startHost(settings, kind), start()]);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(WAIT_MS);
    return new Workbench(host, browser, context, await context.newPage());
  }

  /**
   * Opens another window of the same browser on the same server, empty or with this folder. It closes with the first
   * window.
   */
  async openWindow(folder?: string): Promise<Workbench> {
    const page = await this.#context.newPage();
    const workbench = new Workbench(this.#host, this.#browser, this.#context, page);
    await (folder === undefined ? workbench.reload() : workbench.openFolder(folder));
    return workbench;
  }

  /** Loads the window again. It loses all that it had in memory. */
  async reload(): Promise<void> {
    await this.page.goto(this.#host.url);
    await this.#accountsButton().waitFor();
  }

  /** Loads the window again, with this folder open. */
  async openFolder(folder: string): Promise<void> {
    await this.page.goto(`${new URL(this.#host.url).origin}/?folder=${encodeURIComponent(folder)}`);
    await this.#accountsButton().waitFor();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#host.stop();
  }

  /** Where the server keeps what it has, files of extensions included. */
  get serverFolder(): string {
    assert.ok(this.#host.folder, 'there is no server');
    return this.#host.folder;
  }

  /** Everything that extensions have logged. */
  logs(): Promise<string> {
    return this.#host.logs(this.page);
  }

  /** Everything that VS Code has stored in the browser, as text. */
  storedInBrowser(): Promise<string> {
    return this.page.evaluate<string>(`(async () => {
      const done = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const parts = Object.entries(localStorage).flat();
      for (const { name } of await indexedDB.databases()) {
        const db = await done(indexedDB.open(name));
        for (const store of db.objectStoreNames)
          parts.push(JSON.stringify(await done(db.transaction(store).objectStore(store).getAll())));
        db.close();
      }
      return parts.join('\\n');
    })()`);
  }

  /** Writes a screenshot and the logs of a failed test to the folder of the screenshots. */
  async keepEvidence(test: string): Promise<void> {
    const name = `failed-${test.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}`;
    await this.screenshot(name);
    await writeFile(path.join(screenshotFolder, `${name}.log`), await this.logs());
  }

  /** Acts as if the person looked at another window for a moment: a page under test never loses the focus. */
  async leaveAndReturn(): Promise<void> {
    for (const focused of [false, true]) {
      const event = focused ? 'focus' : 'blur';
      await this.page.evaluate(`document.hasFocus = () => ${focused}; dispatchEvent(new Event('${event}'))`);
      await this.page.waitForTimeout(100); // VS Code reports only a change that lasts
    }
  }

  // Accounts menu

  /** Opens the menu again until it has the entry: an entry appears after its extension has asked for it. */
  async accountsEntry(name: string | RegExp): Promise<Locator> {
    await this.page.bringToFront();
    const entry = this.page.getByRole('menuitem', { name });
    await this.until(
      async () => {
        await this.page.keyboard.press('Escape');
        await this.#accountsButton().click();
        return entry.isVisible();
      },
      `"${String(name)}" in the Accounts menu`,
    );
    return entry;
  }

  /** Waits for an entry, then closes the menu. */
  async seesInAccountsMenu(name: string | RegExp): Promise<void> {
    await this.accountsEntry(name);
    await this.page.keyboard.press('Escape');
  }

  async accountsMenu(): Promise<string[]> {
    await this.page.keyboard.press('Escape');
    await this.#accountsButton().click();
    const menu = this.page.locator('.monaco-menu');
    await menu.waitFor();
    const labels = await menu.getByRole('menuitem').allInnerTexts();
    await this.page.keyboard.press('Escape');
    return labels.map((label) => label.trim()).filter((label) => label !== '');
  }

  /** Clicks until the menu closes: a menu ignores the mouse for a short time after it opens. */
  async chooseInAccountsMenu(name: string | RegExp): Promise<void> {
    const entry = await this.accountsEntry(name);
    await this.until(async () => {
      if (await entry.isVisible()) await entry.click();
      return !(await entry.isVisible());
    }, 'the menu to close');
  }

  async signOutInMenu(account: string | RegExp): Promise<void> {
    const entry = await this.accountsEntry(account);
    const signOut = this.page.getByRole('menuitem', { name: 'Sign Out' });
    await this.until(async () => {
      if (await signOut.isVisible()) await signOut.click();
      else if (await entry.isVisible()) await entry.click();
      return this.dialog().isVisible();
    }, 'the dialog on signing out');
    await this.answerDialog('Sign Out');
  }

  #accountsButton(): Locator {
    return this.page.getByRole('button', { name: /^Accounts/ });
  }

  // Notifications

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-list-item', { hasText: text }).first();
  }

  /**
   * Waits for the notification and returns its text. Opens the list of notifications if it must: VS Code
   * shows only a few of them at a time.
   */
  async told(text: string | RegExp): Promise<string> {
    const message = this.notification(text).locator('.notification-list-item-message');
    try {
      await message.waitFor({ timeout: 5_000 });
    } catch {
      await this.run('Notifications: Show Notifications');
    }
    return (await message.innerText()).replace(/\s+/g, ' ');
  }

  /** The list of notifications. A sign-in opens it a moment after the person sees its text. */
  get notificationList(): Locator {
    return this.page.locator('.notifications-center.visible');
  }

  /**
   * Clicks a button or a link of the notification, in the list. Outside the list a notification can go away under
   * the mouse: after some seconds, and when the list opens.
   */
  async clickIn(text: string | RegExp, role: 'button' | 'link', name: string | RegExp): Promise<void> {
    await this.told(text);
    if (!(await this.notificationList.isVisible())) await this.run('Notifications: Show Notifications');
    const entry = this.notificationList.locator('.notification-list-item', { hasText: text }).first();
    await entry.getByRole(role, { name }).click();
  }

  /** Returns the code that the notification of a sign-in shows. */
  async userCode(service: string): Promise<string> {
    const text = await this.told(`Sign in with ${service}: Your code is`);
    const code = /Your code is (\S+)\./.exec(text)?.[1];
    assert.ok(code, text);
    return code;
  }

  async clearNotifications(): Promise<void> {
    await this.run('Notifications: Clear All Notifications');
  }

  // Palette, lists and dialogs

  async run(command: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type="text"]').first();
    await this.page.bringToFront(); // a hidden window draws nothing
    // After a reload, an open palette does not show the commands of extensions that arrive later.
    let patienceMs = 1_000; // a busy machine may need more
    await this.until(async () => {
      await this.page.evaluate(NOTE_CLICKS);
      // The key can get lost, for example while an editor closes. Then the loop presses it again.
      await this.page.keyboard.press('F1');
      try {
        await input.fill(`>${command}`, { timeout: patienceMs });
        await this.listItem(command).waitFor({ timeout: patienceMs });
        await this.listItem(command).click({ timeout: patienceMs });
        return true;
      } catch {
        // A click that only looks late has run the command.
        if (await this.page.evaluate<boolean>('globalThis.hasClickedEntry === true')) return true;
        patienceMs *= 2;
        // Escape closes an open palette, and an editor that lies over the window and takes the key. Without them, as on
        // a busy machine, it would hide the notifications.
        const open = this.page
          .locator('.quick-input-widget, .monaco-modal-editor-block')
          .filter({ visible: true });
        if ((await open.count()) > 0) await this.page.keyboard.press('Escape');
        return false;
      }
    }, `the command ${command}`);
  }

  /**
   * Changes a setting by VS Code's API, through the consumer. Keys that a test types into the settings editor can get
   * lost on a busy machine.
   */
  async set(setting: string, value: unknown): Promise<void> {
    await this.run('Consumer: Change a Setting');
    const box = this.page.locator('.quick-input-widget', { hasText: 'Consumer: Setting and Value' });
    await box.locator('input[type="text"]').fill(`${setting} ${JSON.stringify(value)}`);
    await this.page.keyboard.press('Enter');
    await box.waitFor({ state: 'hidden' });
  }

  /** Changes the color theme, and waits until the window has it. */
  async useTheme(theme: Theme): Promise<void> {
    const { id, mark } = themes[theme];
    await this.set('workbench.colorTheme', id);
    await this.page.locator(`.monaco-workbench${mark}`).waitFor();
  }

  /** An entry of the list that the palette or a command shows. */
  listItem(name: string): Locator {
    // Earlier lists stay in the page, hidden.
    return this.page
      .locator('.quick-input-list .monaco-list-row', { hasText: name })
      .filter({ visible: true })
      .first();
  }

  dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  async answerDialog(button: string): Promise<void> {
    await this.dialog().getByRole('button', { name: button, exact: true }).waitFor();
    const dialog = await this.dialog().elementHandle();
    await this.dialog().getByRole('button', { name: button, exact: true }).click();
    await dialog.waitForElementState('hidden'); // not the next dialog, which can follow at once
  }

  // Outside the window

  clipboard(): Promise<string> {
    return this.page.evaluate<string>('navigator.clipboard.readText()');
  }

  /** Returns the browser tab that `open` opens. */
  async newTab(open: () => Promise<void>): Promise<Page> {
    const tab = this.#context.waitForEvent('page');
    await open();
    return tab;
  }

  /**
   * Answers requests to `origin`, where no server runs. Returns a list that receives each URL, byte for byte.
   */
  async intercept(origin: string): Promise<string[]> {
    const urls: string[] = [];
    await this.#context.route(`${origin}/**`, async (route) => {
      urls.push(route.request().url());
      await route.fulfill({ contentType: 'text/html', body: '<h1>Here you are</h1>' });
    });
    return urls;
  }

  async screenshot(name: string, area: Locator | Page = this.page): Promise<Buffer> {
    mkdirSync(screenshotFolder, { recursive: true });
    return area.screenshot({ path: path.join(screenshotFolder, `${name}.png`) });
  }

  /** Repeats `attempt` until it returns true. Fails after WAIT_MS and says what it waited for. */
  async until(attempt: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    let pauseMs = 100; // a long wait repeats less often: an attempt can cost much, such as opening a menu
    while (!(await attempt())) {
      assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
      await this.page.waitForTimeout(pauseMs);
      pauseMs = Math.min(pauseMs * 1.5, 1_000);
    }
  }
}
