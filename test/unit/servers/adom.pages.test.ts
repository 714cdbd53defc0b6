import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { demoPerson, secondPerson, type AdomServer, type Person } from '../../servers/adom.ts';
import { adomServer, createIntent, get, statusUrl, type IntentAnswer } from './adomApi.ts';

interface Shown {
  status: number;
  html: string;
}

/** A browser as far as forms and one cookie go. */
class Browser {
  cookie = '';
  readonly #url: string;

  constructor({ url }: AdomServer) {
    this.#url = url;
  }

  async visit(address: string, { method = 'GET', body = null }: RequestInit = {}): Promise<Shown> {
    const headers = { cookie: this.cookie };
    const response = await fetch(address, { method, body, headers, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) this.cookie = set.split(';', 1)[0] ?? '';
    const location = response.headers.get('location');
    if (location !== null) return this.visit(new URL(location, address).href);
    return { status: response.status, html: await response.text() };
  }

  submit(path: string, form: Record<string, string>): Promise<Shown> {
    return this.visit(this.#url + path, { method: 'POST', body: new URLSearchParams(form) });
  }

  logIn({ token }: IntentAnswer, { user }: Person): Promise<Shown> {
    return this.submit('/auth/login', { token, person: user.id });
  }

  patch({ token }: IntentAnswer, body: object): Promise<Shown> {
    return this.visit(`${this.#url}/auth/intents/${token}`, { method: 'PATCH', body: JSON.stringify(body) });
  }
}

async function whoSignedIn(server: AdomServer, intent: IntentAnswer): Promise<unknown> {
  const { json } = await get(statusUrl(server, intent));
  if (json.state === 'pending') return 'pending';
  const authorization = `Bearer ${String(json.session_token)}`;
  return (await get(`${server.url}/user`, { authorization })).json.id;
}

describe('Adom stand-in: the pages', () => {
  it('asks who it is, then for the code, and only the right one will do', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    const { token, confirmation_code: code = '' } = intent;
    const browser = new Browser(server);
    const first = await browser.visit(intent.auth_url);
    assert.match(first.html, /Continue as demo person<[\s\S]*Continue as second demo person</);
    assert.match((await browser.logIn(intent, demoPerson)).html, /<label for="code">Confirmation code</);

    const wrong = await browser.submit('/auth/intent', { token, confirmation_code: 'BBBB-BBBB' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.html, /role="alert"/);
    assert.equal(await whoSignedIn(server, intent), 'pending');

    const typed = ` ${code.toLowerCase().replace('-', ' ')} `;
    const right = await browser.submit('/auth/intent', { token, confirmation_code: typed });
    assert.match(right.html, /You can close this tab/);
    assert.equal(await whoSignedIn(server, intent), demoPerson.user.id);
  });

  it('asks nothing more of who has logged in where there is no code', async () => {
    const server = await adomServer({ confirmationCode: false });
    const intent = await createIntent(server);
    const browser = new Browser(server);
    await browser.visit(intent.auth_url);
    assert.equal(await whoSignedIn(server, intent), 'pending', 'a visit of nobody in particular');
    assert.match((await browser.logIn(intent, secondPerson)).html, /You can close this tab/);
    assert.equal(await whoSignedIn(server, intent), secondPerson.user.id);
    const next = await createIntent(server);
    assert.match((await browser.visit(next.auth_url)).html, /You can close this tab/);
  });

  it('takes no code from who is not logged in', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    const form = { token: intent.token, confirmation_code: intent.confirmation_code ?? '' };
    const answer = await new Browser(server).submit('/auth/intent', form);
    assert.match(answer.html, /Continue as demo person/);
    assert.equal(await whoSignedIn(server, intent), 'pending');
  });

  it('lets another person log in instead', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    const browser = new Browser(server);
    assert.match((await browser.logIn(intent, demoPerson)).html, /Not the demo person\?/);
    const out = await browser.submit('/auth/browser-logout', { token: intent.token });
    assert.match(out.html, /Continue as second demo person/);
  });

  it('serves one person only, who may look again', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    server.approve();
    const [same, other] = [new Browser(server), new Browser(server)];
    assert.match((await same.logIn(intent, demoPerson)).html, /You can close this tab/);
    const refused = await other.logIn(intent, secondPerson);
    assert.equal(refused.status, 409);
    assert.match(refused.html, /used already/);
    assert.equal(await whoSignedIn(server, intent), demoPerson.user.id);
  });

  it('says when there is no such link or it has expired', async () => {
    const server = await adomServer();
    const { auth_url: address } = await createIntent(server);
    const browser = new Browser(server);
    assert.equal((await browser.visit(`${address}x`)).status, 404);
    server.expire();
    const { status, html } = await browser.visit(address);
    assert.equal(status, 410);
    assert.match(html, /expired/);
  });
});

describe('Adom stand-in: PATCH, which is the browser’s', () => {
  it('wants a logged-in person and the code, and works once', async () => {
    const server = await adomServer();
    const intent = await createIntent(server);
    const { confirmation_code } = intent;
    const browser = new Browser(server);
    assert.equal((await browser.patch(intent, { confirmation_code })).status, 401);
    await browser.logIn(intent, demoPerson);
    assert.equal((await browser.patch(intent, {})).status, 422);
    const linked = await browser.patch(intent, { confirmation_code });
    assert.equal(linked.status, 200);
    assert.equal((JSON.parse(linked.html) as IntentAnswer).completed, true);
    assert.equal((await browser.patch(intent, { confirmation_code })).status, 409);
  });
});
