import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { QrTab } from './qrTab.ts';
import { isOneStory } from './steps.ts';
import { Workbench } from './workbench.ts';

/** VS Code with an extension that wants what the person did not give it. It uses public API and commands alone. */
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

  /** Runs a command of the extension, and returns what it has got. */
  async attack(title: string, command: string): Promise<string> {
    const earlier = (await this.#loots(command)).length;
    await this.workbench.run(`Hostile: ${title}`);
    await this.workbench.until(async () => (await this.#loots(command)).length > earlier, title);
    return (await this.#loots(command)).at(-1) ?? '';
  }

  /** The dialog is there: nobody but the person has answered it. */
  async isAsked(question: string): Promise<void> {
    await this.workbench.dialog().filter({ hasText: question }).waitFor();
  }

  async #loots(command: string): Promise<string[]> {
    const lines = new RegExp(`\\] ${command} has (.*?)\\. End\\.`, 'gs');
    return Array.from((await this.workbench.logs()).matchAll(lines), ([, loot = '']) => loot);
  }
}

describe('another extension, while a sign-in runs,', () => {
  let attacked: Attacked;
  let workbench: Workbench;
  let adomLink = '';

  before(async () => {
    attacked = await Attacked.start();
    ({ workbench } = attacked);
  });
  after(() => attacked.close());
  isOneStory('hostile-extension', () => workbench);

  it('copies nothing of the only sign-in', async () => {
    attacked.adom.failNext('POST /auth/intents', {
      kind: 'rewrite',
      change: (body) => {
        adomLink = String(body.auth_url);
        return body;
      },
    });
    await attacked.signIn('Adom');
    assert.equal(await attacked.attack('Copy the Sign-In', 'copySignIn'), ',');
    await attacked.isAsked('Copy the code for your sign-in with Adom?');
    await workbench.answerDialog('Cancel');
  });

  it('copies nothing of a sign-in that it picks from the list', async () => {
    await attacked.signIn('Sigma Identity');
    assert.equal(await attacked.attack('Copy the Sign-In', 'copySignIn'), ',');
    await attacked.isAsked('Copy the code for your sign-in with');
    await workbench.answerDialog('Cancel');
  });

  it('reads the id of a sign-in from its notification, and gets no link for it', async () => {
    const loot = await attacked.attack('Read the Notification', 'readNotification');
    assert.match(loot, /signIn\.copyLink\?%5B%22.* and $/s);
    await attacked.isAsked('Copy the link for your sign-in with');
    await workbench.answerDialog('Cancel');
    await workbench.page.keyboard.press('Escape'); // VS Code’s view of the notification
  });

  it('copies nothing of the page with the QR code', async () => {
    await workbench.run('BAP Identity: Show Sign-In QR Code');
    await workbench.listItem('Sigma Identity').click();
    await new QrTab(workbench, 'Sigma Identity').qr.waitFor();
    assert.equal(await attacked.attack('Read the Page', 'readPage'), '');
  });

  it('copies nothing of the page of an identity', async () => {
    await attacked.sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.told('Signed in to Sigma Identity as satoshi.');
    await workbench.run('BAP Identity: Show Identity…');
    const { page } = new QrTab(workbench, 'Sigma Identity');
    await page.getByRole('heading', { name: 'satoshi' }).waitFor();
    assert.equal(await attacked.attack('Read the Page', 'readPage'), '');
  });

  it('has never seen the link', async () => {
    const token = new URL(adomLink).searchParams.get('token') ?? assert.fail(adomLink);
    assert.ok(!(await workbench.logs()).includes(token));
  });
});

describe('another extension, when accounts are signed in,', () => {
  let attacked: Attacked;
  let workbench: Workbench;

  before(async () => {
    attacked = await Attacked.start();
    ({ workbench } = attacked);
    await attacked.sigma.approve(await attacked.signIn('Sigma Identity'));
    await workbench.told('Signed in to Sigma Identity as satoshi.');
    await attacked.signIn('Adom');
    attacked.adom.approve();
    await workbench.told('Signed in to Adom as Ada');
    await workbench.clearNotifications();
  });
  after(() => attacked.close());
  isOneStory('hostile-extension-terminals', () => workbench);

  it('gets the identity and no token when it changes the setting for terminals', async () => {
    assert.equal(await attacked.attack('Take the Tokens of Terminals', 'takeTerminalTokens'), '[id],[id]');
    await attacked.isAsked('Let every program in new terminals act as');
    await workbench.answerDialog('Not Now');
  });

  it('gets none by the button of the message, but what the person then allows', async () => {
    await workbench.reload();
    await workbench.told('New terminals won’t get the token of satoshi');
    assert.equal(await attacked.attack('Press Messages', 'pressMessages'), '[id]');
    await attacked.isAsked('Let every program in new terminals act as satoshi');
    await workbench.answerDialog('Don’t Allow');
    await attacked.isAsked('Let every program in new terminals act as Ada');
    await workbench.answerDialog('Allow');
    await workbench.clearNotifications();
    assert.equal(await attacked.attack('Press Messages', 'pressMessages'), '[id Adom]');
  });
});
