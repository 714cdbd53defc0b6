import { cookieOf, escape, formOf, page, seeOther } from '../page.ts';
import { secret, type Intent, type Intents } from './intents.ts';
import type { Person } from './people.ts';

const service = 'Adom';
/** The browser's session cookie. Apps send their session token in a different one. */
const cookieName = 'adom_browser_session';

/** The pages behind an intent's `auth_url`: log in, type the code if there is one, done. */
export class AdomPages {
  readonly #intents: Intents;
  readonly #people: readonly Person[];
  readonly #loggedIn = new Map<string, Person>();

  constructor(intents: Intents, people: readonly Person[]) {
    this.#intents = intents;
    this.#people = people;
  }

  /** Returns undefined for an unknown path. */
  async answer(request: Request): Promise<Response | undefined> {
    const { pathname, searchParams } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case 'GET /':
        return page({ service, heading: 'Sign in', body: '<p>Open the link that the app gives you.</p>' });
      case 'GET /auth/intent':
        return this.#visit(request, searchParams.get('token') ?? '');
      case 'POST /auth/intent':
        return this.#confirm(request, await formOf(request));
      case 'POST /auth/login':
        return this.#logIn(await formOf(request));
      case 'POST /auth/browser-logout':
        return this.#logOut(request, await formOf(request));
      default:
        return undefined;
    }
  }

  /** The user who is logged in in this browser. */
  personOf(request: Request): Person | undefined {
    return this.#loggedIn.get(cookieOf(request, cookieName) ?? '');
  }

  #visit(request: Request, token: string): Response {
    const intent = this.#find(token);
    if (intent instanceof Response) return intent;
    const person = this.personOf(request);
    if (person === undefined) return this.#askWho(intent);
    // Without a code, a visit by a logged-in user approves the intent.
    return intent.confirmationCode === undefined || intent.session !== undefined
      ? this.#link(intent, person, undefined)
      : askCode(intent, person);
  }

  #confirm(request: Request, form: URLSearchParams): Response {
    const intent = this.#find(form.get('token') ?? '');
    if (intent instanceof Response) return intent;
    const person = this.personOf(request);
    if (person === undefined) return this.#askWho(intent);
    return this.#link(intent, person, form.get('confirmation_code') ?? '');
  }

  #link(intent: Intent, person: Person, typedCode: string | undefined): Response {
    switch (this.#intents.link(intent, person, typedCode)) {
      case 'wrong code':
        return askCode(intent, person, 'This is not the code that the app shows. Look again.');
      case 'already linked':
        // The same user may open the page again.
        if (intent.session?.person !== person) return stop(409, 'This link has been used already.');
        return done(intent, person);
      case 'linked':
        return done(intent, person);
    }
  }

  #find(token: string): Intent | Response {
    const found = this.#intents.find(token);
    if (found.kind === 'unknown') return stop(404, 'There is no such link. Start again in the app.');
    if (found.kind === 'expired') return stop(410, 'This link has expired. Start again in the app.');
    return found.intent;
  }

  #askWho(intent: Intent): Response {
    const buttons = this.#people.map(
      ({ label, user }, at) =>
        `<button ${at === 0 ? 'class="primary" ' : ''}name="person" value="${escape(user.id)}">Continue as ${escape(label)}</button>`,
    );
    const body = `<p>An app wants to sign in as you. First, log in.</p>
      <form method="post" action="login">
        ${hidden(intent)}
        ${buttons.join('\n')}
      </form>`;
    return page({ service, heading: 'Log in', body });
  }

  #logIn(form: URLSearchParams): Response {
    const person = this.#people.find(({ user }) => user.id === form.get('person'));
    if (person === undefined) return seeOther(pathOf(form));
    const id = secret();
    this.#loggedIn.set(id, person);
    return seeOther(pathOf(form), [`${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax`]);
  }

  #logOut(request: Request, form: URLSearchParams): Response {
    this.#loggedIn.delete(cookieOf(request, cookieName) ?? '');
    return seeOther(pathOf(form), [`${cookieName}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`]);
  }
}

function askCode(intent: Intent, person: Person, alert?: string): Response {
  const body = `<p>An app wants to sign in as you. Type the code that it shows. Go on only if you started this.</p>
    <form method="post" action="intent">
      ${hidden(intent)}
      <label for="code">Confirmation code</label>
      <input id="code" name="confirmation_code" type="text" placeholder="BCDF-GHJK" required autofocus
        autocomplete="off" autocapitalize="characters" spellcheck="false">
      <button class="primary">Confirm</button>
    </form>
    ${logOutForm(intent, person)}`;
  const status = alert === undefined ? 200 : 422;
  return page({ service, heading: 'Connect an app', body, alert, status });
}

function done(intent: Intent, person: Person): Response {
  const body = `<p>The app now knows you as ${escape(person.user.display_name)}.</p>
    <p>You can close this tab.</p>
    ${logOutForm(intent, person)}`;
  return page({ service, heading: 'Signed in', body });
}

function stop(status: number, alert: string): Response {
  return page({ service, heading: 'This does not work', body: '', alert, status });
}

function logOutForm(intent: Intent, person: Person): string {
  return `<form method="post" action="browser-logout">
    ${hidden(intent)}
    <button class="plain">Not the ${escape(person.label)}?</button>
  </form>`;
}

function hidden({ token }: Intent): string {
  return `<input type="hidden" name="token" value="${escape(token)}">`;
}

function pathOf(form: URLSearchParams): string {
  return `intent?token=${encodeURIComponent(form.get('token') ?? '')}`;
}
