import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { QrTab } from './qrTab.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

/** VS Code with test/hostile, which uses only public API and commands. */
class Attacked {
  readonly sigma: SigmaServer;
  readonly adom: AdomServer;
  readonly workbench: Workbench;

  private constructor(sigma: SigmaServer, adom: AdomServer, workbench: Workbench) {
    this.sigma = sigma;
    this.adom = adom;
    this.workbench = workbench;
  }

  static async start(): Promise<Attacked> {
    const sigma = await startSigmaServer({ intervalSeconds: 1 });
    const adom = await startAdomServer();
    const settings = { 'bapIdentity.sigma.serverUrl': sigma.url, 'bapIdentity.adom.apiUrl': adom.url };
    return new Attacked(sigma, adom, await Workbench.open(settings, 'hostile'));
  }

  async close(): Promise<void> {
    await this.workbench.close();
    await this.sigma.close();
    await this.adom.close();
  }

  async signIn(service: string): Promise<string> {
    await this.workbench.run('BAP Identity: Sign In…');
    await this.workbench.listItem(service).click();
    return this.workbench.userCode(service);
  }

  /** Runs an attack and returns its loot. The user types meanwhile: Chromium copies only within 5 s of a key or click. */
  async attack(title: string, command: string): Promise<string> {
    const earlier = (await this.#loots(command)).length;
    await this.workbench.run(`Hostile: ${title}`);
    await this.workbench.until(async () => {
      await this.workbench.page.keyboard.press('Pause'); // no command has this key
      return (await this.#loots(command)).length > earlier;
    }, title);
    return (await this.#loots(command)).at(-1) ?? '';
  }

  /** Waits for the dialog, which only the user can answer. */
  async waitForDialog(question: string): Promise<void> {
    await this.workbench.dialog().filter({ hasText: question }).waitFor();
  }

  async #loots(command: string): Promise<string[]> {
    const lines = new RegExp(`\\] ${command} has (.*?)\\. End\\.`, 'gs');
    return Array.from((await this.workbench.logs()).matchAll(lines), ([, loot = '']) => loot);
  }
}

describe('a hostile extension during a sign-in', () => {
  let attacked: Attacked;
  let workbench: Workbench;
  let adomLink = '';

  before(async () => {
    attacked = await Attacked.start();
    ({ workbench } = attacked);
  });
  after(() => attacked.close());
  dependentTests('hostile-extension', () => workbench);

  it('cannot copy anything from the only sign-in', async () => {
    attacked.adom.failNext('POST /auth/intents', {
      kind: 'rewrite',
      change: (body) => {
        adomLink = String(body.auth_url);
        return body;
      },
    });
    await attacked.signIn('Adom');
    assert.equal(await attacked.attack('Copy the Sign-In', 'copySignIn'), ',');
    await attacked.waitForDialog('Copy the code for your sign-in with Adom?');
    await workbench.answerDialog('Cancel');
  });

  it('cannot take the commands behind the links, whose names nobody can foresee', async () => {
    const uuid = /^ of _bapIdentity\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    assert.match(await attacked.attack('Take the Links', 'takeLinks'), uuid);
  });

  it('cannot copy anything from a sign-in that it picks from the list', async () => {
    await attacked.signIn('Sigma Identity');
    assert.equal(await attacked.attack('Copy the Sign-In', 'copySignIn'), ',');
    await attacked.waitForDialog('Copy the code for your sign-in with');
    await workbench.answerDialog('Cancel');
  });

  it('reads the sign-in’s ID in the notification but gets no link for it', async () => {
    const loot = await attacked.attack('Read the Notification', 'readNotification');
    assert.match(loot, /_bapIdentity\.[0-9a-f-]+\.copyLink\?%5B%22.* and $/s);
    await attacked.waitForDialog('Copy the link for your sign-in with');
    await workbench.answerDialog('Cancel');
    await workbench.page.keyboard.press('Escape'); // closes VS Code’s accessible view
  });

  it('cannot change a setting by a default in its manifest', () => {
    const [asked] = requestsTo(attacked.sigma.requests, '/api/auth/device/code');
    assert.match(JSON.stringify(asked?.body), /vscode-bap-identity/);
  });

  it('cannot copy anything from the QR page', async () => {
    await workbench.run('BAP Identity: Show Sign-In QR Code');
    await workbench.listItem('Sigma Identity').click();
    await new QrTab(workbench, 'Sigma Identity').qr.waitFor();
    assert.equal(await attacked.attack('Read the Page', 'readPage'), '');
  });

  it('cannot copy anything from the identity page', async () => {
    await attacked.sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi.');
    await workbench.run('BAP Identity: Show Identity…');
    const { page } = new QrTab(workbench, 'Sigma Identity');
    await page.getByRole('heading', { name: 'satoshi' }).waitFor();
    assert.equal(await attacked.attack('Read the Page', 'readPage'), '');
  });

  it('never sees the link', async () => {
    const token = new URL(adomLink).searchParams.get('token') ?? assert.fail(adomLink);
    assert.ok(!(await workbench.logs()).includes(token));
  });
});

describe('a hostile extension with accounts signed in', () => {
  let attacked: Attacked;
  let workbench: Workbench;

  before(async () => {
    attacked = await Attacked.start();
    ({ workbench } = attacked);
    await attacked.sigma.approve(await attacked.signIn('Sigma Identity'));
    await workbench.waitForNotification('Signed in to Sigma Identity as satoshi.');
    await attacked.signIn('Adom');
    attacked.adom.approve();
    await workbench.waitForNotification('Signed in to Adom as Ada');
    await workbench.clearNotifications();
  });
  after(() => attacked.close());
  dependentTests('hostile-extension-terminals', () => workbench);

  it('signs nobody out', async () => {
    await attacked.attack('Sign Out', 'signOut');
    await attacked.waitForDialog('Sign out of');
    await workbench.answerDialog('Cancel');
    assert.equal(requestsTo(attacked.sigma.requests, '/api/auth/sign-out').length, 0);
    assert.equal(requestsTo(attacked.adom.requests, 'DELETE /auth/logout').length, 0);
  });

  it('gets the identity but no token by changing the terminal setting', async () => {
    assert.equal(await attacked.attack('Take the Tokens of Terminals', 'takeTerminalTokens'), '[id],[id]');
    await attacked.waitForDialog('Let every program in new terminals act as');
    await workbench.answerDialog('Not Now');
  });

  it('gets only the tokens that the user allows after it presses a message button', async () => {
    await workbench.reload();
    await workbench.waitForNotification('New terminals won’t get the token of satoshi');
    assert.equal(await attacked.attack('Press Messages', 'pressMessages'), '[id]');
    await attacked.waitForDialog('Let every program in new terminals act as satoshi');
    await workbench.answerDialog('Don’t Allow');
    await attacked.waitForDialog('Let every program in new terminals act as Ada');
    await workbench.answerDialog('Allow');
    await workbench.clearNotifications();
    assert.equal(await attacked.attack('Press Messages', 'pressMessages'), '[id Adom]');
  });
});
