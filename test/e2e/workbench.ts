import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../vscode/browser.ts';
import { WORKBENCH } from '../vscode/desktopSecrets.ts';
import { install } from '../vscode/install.ts';
import { outFolder } from '../vscode/paths.ts';
import { release } from '../vscode/release.ts';
import { isWeb, startHost, type Host, type HostKind } from './host.ts';

/** Runs in different editors can overlap. */
const editor = isWeb ? '-web' : release.name === 'current' ? '' : '-oldest';
const screenshotFolder = path.join(outFolder, `screenshots${editor}`);

/** Generous, because a window on a busy machine can take a minute to start its extensions. */
const WAIT_MS = 180_000;

/** Records in the page that a list item was clicked. */
const NOTE_CLICKS = `globalThis.hasClickedEntry = false;
  globalThis.noteClick ??= addEventListener('click', ({ target }) => {
    if (target.closest?.('.quick-input-list .monaco-list-row')) globalThis.hasClickedEntry = true;
  }, true) ?? true`;

/** Each theme's setting, and the class that VS Code gives a window in it. */
const themes = {
  'Light Modern': { id: 'Light Modern', mark: '.vs' },
  'Dark Modern': { id: 'Dark Modern', mark: '.vs-dark' },
  'Dark High Contrast': { id: 'Default High Contrast', mark: '.hc-black' },
  'Light High Contrast': { id: 'Default High Contrast Light', mark: '.hc-light' },
} as const;
type Theme = keyof typeof themes;

/** A window of VS Code with the package and test/consumer installed, driven like a user would. */
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

  /** Opens a window on a folder. */
  static async openIn(folder: string, settings: Record<string, unknown>): Promise<Workbench> {
    const workbench = await Workbench.#create(settings, 'codeServer');
    await workbench.openFolder(folder);
    return workbench;
  }

  /** Opens two windows of one new browser profile at the same time. */
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
    const { workbench: body } = host;
    if (body !== undefined)
      await context.route(`**/${WORKBENCH}`, (route) =>
        route.fulfill({ body, contentType: 'text/javascript' }),
      );
    return new Workbench(host, browser, context, await context.newPage());
  }

  /**
   * Opens another window of the same browser and server, empty or on a folder. It closes with the first window.
   */
  async openWindow(folder?: string): Promise<Workbench> {
    const page = await this.#context.newPage();
    const workbench = new Workbench(this.#host, this.#browser, this.#context, page);
    await (folder === undefined ? workbench.reload() : workbench.openFolder(folder));
    return workbench;
  }

  async reload(): Promise<void> {
    await this.page.goto(this.#host.url);
    await this.#accountsButton().waitFor();
  }

  /** Reloads the window on a folder. */
  async openFolder(folder: string): Promise<void> {
    await this.page.goto(`${new URL(this.#host.url).origin}/?folder=${encodeURIComponent(folder)}`);
    await this.#accountsButton().waitFor();
  }

  /** Clears all that the browser has stored for the server, as a user does in the browser’s settings. */
  async clearSiteData(): Promise<void> {
    await this.page.goto('about:blank'); // a window would write it again
    const devTools = await this.#context.newCDPSession(this.page);
    const { origin } = new URL(this.#host.url);
    await devTools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#host.stop();
  }

  /** The server's folder, including the extensions' files. */
  get serverFolder(): string {
    assert.ok(this.#host.folder, 'there is no server');
    return this.#host.folder;
  }

  /** The logs of all extensions. */
  logs(): Promise<string> {
    return this.#host.logs(this.page);
  }

  /** Returns everything VS Code stores in the browser, as text. */
  storedInBrowser(): Promise<string> {
    return this.page.evaluate<string>(`(async () => {
      const done = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const parts = Object.entries(localStorage).flat();
      for (const { name } of await indexedDB.databases()) {
        const db = await done(indexedDB.open(name));
        for (const name of db.objectStoreNames) {
          const store = db.transaction(name).objectStore(name);
          const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
          parts.push(...keys.map((key, i) => JSON.stringify([key, values[i]])));
        }
        db.close();
      }
      return parts.join('\\n');
    })()`);
  }

  /** Names and contents of all files of the server, as text; empty without a server. */
  async filesOnServer(): Promise<string> {
    const { folder } = this.#host;
    if (folder === undefined) return '';
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    const contents = await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')));
    return [...files, ...contents].join('\n');
  }

  /** Saves a screenshot and the logs of a failed test. Prints what asks for an answer: a run may keep no files. */
  async saveFailure(test: string): Promise<void> {
    const name = `failed-${test.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}`;
    await this.screenshot(name);
    await writeFile(path.join(screenshotFolder, `${name}.log`), await this.logs());
    const asking = this.page.locator('.notification-list-item, .monaco-dialog-box, .quick-input-widget');
    const texts = await asking.filter({ visible: true }).allInnerTexts();
    console.log(`The window of "${test}" shows:`, texts);
  }

  /** Simulates switching to another window and back: Playwright's pages never lose the focus. */
  async blurAndFocus(): Promise<void> {
    for (const focused of [false, true]) {
      const event = focused ? 'focus' : 'blur';
      await this.page.evaluate(`document.hasFocus = () => ${focused}; dispatchEvent(new Event('${event}'))`);
      await this.page.waitForTimeout(100); // VS Code debounces focus changes
    }
  }

  // Accounts menu

  /** Reopens the menu until it has the entry, which its extension adds at some point. Leaves the menu open. */
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

  /** Waits for an entry and closes the menu. */
  async waitForAccountsEntry(name: string | RegExp): Promise<void> {
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

  /** Clicks until that closes the menu: a menu ignores the mouse shortly after it opens. */
  async chooseInAccountsMenu(name: string | RegExp): Promise<void> {
    const entry = await this.accountsEntry(name);
    let isClicked = false;
    await this.until(async () => {
      if (await entry.isVisible()) isClicked = await succeeds(entry.click({ timeout: 2_000 }));
      else if (!isClicked) await this.accountsEntry(name); // see signOutInMenu
      return isClicked && !(await entry.isVisible());
    }, 'the menu to close');
  }

  async signOutInMenu(account: string | RegExp): Promise<void> {
    const entry = await this.accountsEntry(account);
    const signOut = this.page.getByRole('menuitem', { name: 'Sign Out' });
    let timesClosed = 0;
    await this.until(async () => {
      if (await signOut.isVisible()) await succeeds(signOut.click({ timeout: 2_000 }));
      else if (await entry.isVisible()) await succeeds(entry.click({ timeout: 2_000 }));
      // The dialog opens a moment after the menu closes. Without it, something that has just started took the focus,
      // which closes a menu, too.
      else if (!(await this.dialog().isVisible()) && ++timesClosed % 10 === 0)
        await this.accountsEntry(account);
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
   * Waits for a notification and returns its text. Opens the list if needed, because VS Code shows only a few toasts.
   */
  async waitForNotification(text: string | RegExp): Promise<string> {
    const message = this.notification(text).locator('.notification-list-item-message');
    try {
      await message.waitFor({ timeout: 5_000 });
    } catch {
      await this.run('Notifications: Show Notifications');
    }
    return (await message.innerText()).replace(/\s+/g, ' ');
  }

  /** The open list of notifications. A sign-in opens it shortly after its toast. */
  get notificationList(): Locator {
    return this.page.locator('.notifications-center.visible');
  }

  /**
   * Clicks a button or link of a notification in the list. A toast can disappear under the mouse.
   */
  async clickInNotification(
    text: string | RegExp,
    role: 'button' | 'link',
    name: string | RegExp,
  ): Promise<void> {
    await this.waitForNotification(text);
    if (!(await this.notificationList.isVisible())) await this.run('Notifications: Show Notifications');
    const entry = this.notificationList.locator('.notification-list-item', { hasText: text }).first();
    await entry.getByRole(role, { name }).click();
  }

  /** Signs in from the Command Palette. `approve`: what the user does in the browser. */
  async signIn(service: string, approve: (code: string) => Promise<void> | void): Promise<void> {
    await this.run('BAP Identity: Sign In…');
    await this.listItem(service).click();
    await approve(await this.userCode(service));
    await this.waitForNotification(`Signed in to ${service} as`);
  }

  /** Returns the code in a sign-in's notification. */
  async userCode(service: string): Promise<string> {
    const text = await this.waitForNotification(new RegExp(`Sign in with ${service}: .*Your code is`));
    const code = /Your code is (\S+)\./.exec(text)?.[1];
    assert.ok(code, text);
    return code;
  }

  async clearNotifications(): Promise<void> {
    await this.run('Notifications: Clear All Notifications');
  }

  // Command Palette, quick picks, dialogs and web views

  async run(command: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type="text"]').first();
    await this.page.bringToFront(); // background tabs do not render
    // An open palette does not list commands that are registered later, as after a reload.
    let patienceMs = 1_000; // grows for busy machines
    await this.until(async () => {
      await this.page.evaluate(NOTE_CLICKS);
      // The key can get lost, for example while an editor closes. The next attempt presses it again.
      await this.page.keyboard.press('F1');
      try {
        await input.fill(`>${command}`, { timeout: patienceMs });
        await this.listItem(command).waitFor({ timeout: patienceMs });
        await this.listItem(command).click({ timeout: patienceMs });
        return true;
      } catch {
        // The click may have run the command and only its confirmation timed out. A command that reloads the window
        // takes the page from under this question.
        const hasClicked = this.page.evaluate<boolean>('globalThis.hasClickedEntry === true');
        if (await hasClicked.catch(() => true)) return true;
        patienceMs *= 2;
        // Close a palette or modal editor that swallowed the key. Without one, Escape would hide the notifications.
        const open = this.page
          .locator('.quick-input-widget, .monaco-modal-editor-block')
          .filter({ visible: true });
        if ((await open.count()) > 0) await this.page.keyboard.press('Escape');
        return false;
      }
    }, `the command ${command}`);
  }

  /**
   * Changes a setting through test/consumer. The settings editor can drop keys on a busy machine.
   */
  async set(setting: string, value: unknown): Promise<void> {
    await this.run('Consumer: Change a Setting');
    const box = this.page.locator('.quick-input-widget', { hasText: 'Consumer: Setting and Value' });
    await box.locator('input[type="text"]').fill(`${setting} ${JSON.stringify(value)}`);
    await this.page.keyboard.press('Enter');
    await box.waitFor({ state: 'hidden' });
  }

  /** Changes the color theme and waits for it. */
  async useTheme(theme: Theme): Promise<void> {
    const { id, mark } = themes[theme];
    await this.set('workbench.colorTheme', id);
    await this.page.locator(`.monaco-workbench${mark}`).waitFor();
  }

  /** An item of an open quick pick. */
  listItem(name: string): Locator {
    // Closed lists stay in the DOM.
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
    await dialog.waitForElementState('hidden'); // the next dialog can open immediately
  }

  /** The page in the open web view. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  // Browser

  clipboard(): Promise<string> {
    return this.page.evaluate<string>('navigator.clipboard.readText()');
  }

  /** Returns the browser tab that `open` causes to open. */
  async newTab(open: () => Promise<void>): Promise<Page> {
    const tab = this.#context.waitForEvent('page');
    await open();
    return tab;
  }

  /**
   * Answers requests to an origin without a server. Returns a list that collects the exact URLs.
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

  /** Repeats `attempt` until it returns true. After WAIT_MS, fails with what it waited for. */
  async until(attempt: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    let pauseMs = 100; // grows, because an attempt can be expensive
    while (!(await attempt())) {
      assert.ok(Date.now() < deadline, `timed out waiting for ${what}`);
      await this.page.waitForTimeout(pauseMs);
      pauseMs = Math.min(pauseMs * 1.5, 1_000);
    }
  }
}

/** Whether an action of Playwright succeeds within its time limit. */
function succeeds(action: Promise<void>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}
