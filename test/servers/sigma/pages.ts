import { escape, formOf, page, seeOther } from '../page.ts';
import type { Approvals, Browser } from './approval.ts';
import { normalizeUserCode, type Auth } from './auth.ts';
import { nameOf, type BapIdentity, type Person } from './people.ts';

const service = 'Sigma Identity';

/**
 * The pages: sign in, enter the code, choose an identity if the server asks for one, approve or deny. All
 * links are relative: see `origin`.
 */
export class SigmaPages {
  readonly #auth: Auth;
  readonly #approvals: Approvals;
  readonly #people: readonly Person[];
  readonly #origin: string;

  constructor(auth: Auth, approvals: Approvals, people: readonly Person[], origin: string) {
    this.#auth = auth;
    this.#approvals = approvals;
    this.#people = people;
    this.#origin = origin;
  }

  /** Undefined if no page has this address. */
  async answer(request: Request): Promise<Response | undefined> {
    const { pathname, searchParams } = new URL(request.url);
    const browser = {
      cookie: request.headers.get('cookie') ?? '',
      // Uses the server's own origin: an editor in a browser may show the page through a proxy.
      origin: this.#origin,
    };
    switch (`${request.method} ${pathname}`) {
      case 'GET /':
        return seeOther('device');
      case 'GET /device':
        return this.#enterCode(browser, searchParams.get('code') ?? '');
      case 'GET /device-review':
        return this.#review(browser, normalizeUserCode(searchParams.get('code') ?? ''));
      case 'POST /device-sign-in':
        return this.#signIn(await formOf(request));
      case 'POST /device-sign-out':
        return seeOther(deviceUrl(await formOf(request)), await this.#approvals.signOut(browser));
      case 'POST /device-decide':
        return this.#decide(browser, await formOf(request));
      default:
        return undefined;
    }
  }

  async #signedIn({ cookie }: Browser): Promise<Person | undefined> {
    const session = await this.#auth.api.getSession({ headers: new Headers({ cookie }) });
    return this.#people.find(({ email }) => email === session?.user.email);
  }

  async #enterCode(browser: Browser, code: string, alert?: string): Promise<Response> {
    const person = await this.#signedIn(browser);
    if (person === undefined) return this.#askWho(code);
    const body = `<p>Enter the code that the app shows you.</p>
      <form action="device-review">
        <label for="code">Code</label>
        <input id="code" name="code" type="text" value="${escape(code)}" placeholder="ABCD-1234" required autofocus
          autocomplete="off" autocapitalize="characters" spellcheck="false">
        <button class="primary">Continue</button>
      </form>
      ${signOutForm(person, code)}`;
    return page({ service, heading: 'Connect an app', body, alert, status: alert === undefined ? 200 : 400 });
  }

  #askWho(code: string): Response {
    const buttons = this.#people.map(
      ({ label, email }, at) =>
        `<button ${at === 0 ? 'class="primary" ' : ''}name="email" value="${escape(email)}">Continue as ${escape(label)}</button>`,
    );
    const body = `<p>An app wants to know who you are. First, sign in.</p>
      <form method="post" action="device-sign-in">
        <input type="hidden" name="code" value="${escape(code)}">
        ${buttons.join('\n')}
      </form>`;
    return page({ service, heading: 'Sign in', body });
  }

  async #signIn(form: URLSearchParams): Promise<Response> {
    const person = this.#people.find(({ email }) => email === form.get('email'));
    return seeOther(deviceUrl(form), person === undefined ? [] : await this.#approvals.signIn(person));
  }

  async #review(browser: Browser, code: string): Promise<Response> {
    const person = await this.#signedIn(browser);
    if (person === undefined) return this.#askWho(code);
    const claimed = await this.#approvals.claim(browser, code);
    if (!claimed.ok) return this.#enterCode(browser, code, claimed.message);
    const { client, scope } = claimed.value;
    const body = `<p>The app <strong>${escape(client)}</strong> shows the code <code>${escape(code)}</code> and asks for
      <code>${escape(scope === '' ? 'nothing in particular' : scope)}</code>.
      Go on only if you started this.</p>
      <form method="post" action="device-decide">
        <input type="hidden" name="code" value="${escape(code)}">
        ${this.#approvals.asksIdentity ? choices(person) : ''}
        <div class="buttons">
          <button name="decision" value="deny">Deny</button>
          <button class="primary" name="decision" value="approve">Approve</button>
        </div>
      </form>
      ${signOutForm(person, code)}`;
    return page({ service, heading: this.#approvals.asksIdentity ? 'Which identity?' : 'Approve?', body });
  }

  async #decide(browser: Browser, form: URLSearchParams): Promise<Response> {
    const code = form.get('code') ?? '';
    const decision = form.get('decision') === 'approve' ? 'approve' : 'deny';
    const person = await this.#signedIn(browser);
    if (person === undefined) return this.#askWho(code);
    const asks = this.#approvals.asksIdentity;
    const identity = asks ? person.identities.find(({ bapId }) => bapId === form.get('identity')) : undefined;
    if (asks && identity === undefined) return this.#enterCode(browser, code, 'Pick an identity.');
    const decided = await this.#approvals.decide(browser, code, decision, identity);
    if (!decided.ok) return this.#enterCode(browser, code, decided.message);
    const known = identity === undefined ? `the ${person.label}` : nameOf(identity);
    const told = decision === 'approve' ? `The app now knows you as ${known}.` : 'The app was told no.';
    const heading = decision === 'approve' ? 'Approved' : 'Denied';
    return page({ service, heading, body: `<p>${escape(told)}</p><p>You can close this tab.</p>` });
  }
}

function choices({ identities }: Person): string {
  return `<fieldset><legend>Identity</legend>
    ${identities.map(choice).join('\n')}
    </fieldset>`;
}

function choice(identity: BapIdentity, at: number): string {
  return `<label class="choice"><input type="radio" name="identity" value="${escape(identity.bapId)}"${at === 0 ? ' checked' : ''}>
    <span>${escape(nameOf(identity))}</span><small>${escape(identity.profile === undefined ? 'No published profile' : identity.bapId)}</small></label>`;
}

function signOutForm(person: Person, code: string): string {
  return `<form method="post" action="device-sign-out">
    <input type="hidden" name="code" value="${escape(code)}">
    <button class="plain">Not the ${escape(person.label)}?</button>
  </form>`;
}

function deviceUrl(form: URLSearchParams): string {
  const code = form.get('code') ?? '';
  return code === '' ? 'device' : `device?code=${encodeURIComponent(code)}`;
}
