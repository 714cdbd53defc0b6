import type { Auth } from './auth.ts';
import type { BapIdentity, Person } from './people.ts';

export type Decision = 'approve' | 'deny';
export type Outcome<T> = { ok: true; value: T } | { ok: false; message: string };

/** The browser's headers, both of which better-auth checks. */
export interface Browser {
  cookie: string;
  origin: string;
}

/** The password of all users. It is not a secret. */
export const password = 'not-a-secret';

/** The user's side of the device flow, through better-auth's own endpoints. */
export class Approvals {
  /** The identity that was chosen for a user code, until the device gets its token. */
  readonly picked = new Map<string, BapIdentity>();
  /** Whether the user chooses an identity when approving. */
  readonly asksIdentity: boolean;
  readonly #auth: Auth;
  readonly #url: string;

  constructor(auth: Auth, url: string, asksIdentity: boolean) {
    this.asksIdentity = asksIdentity;
    this.#auth = auth;
    this.#url = url;
  }

  /** The cookies of a new browser session. */
  async signIn(person: Person): Promise<string[]> {
    const response = await this.#call('POST', '/sign-in/email', this.#own(), {
      email: person.email,
      password,
    });
    if (!response.ok) throw new Error(`Sign-in at the stand-in failed: ${await response.text()}`);
    return response.headers.getSetCookie();
  }

  async signOut(browser: Browser): Promise<string[]> {
    return (await this.#call('POST', '/sign-out', browser)).headers.getSetCookie();
  }

  /**
   * Claims the code for the user, as better-auth requires before a decision. Returns the requesting client.
   */
  async claim(browser: Browser, userCode: string): Promise<Outcome<{ client: string; scope: string }>> {
    const response = await this.#call('GET', `/device?user_code=${encodeURIComponent(userCode)}`, browser);
    const answer = (await response.json()) as Answer;
    if (!response.ok) return { ok: false, message: explain(answer) };
    if (answer.status !== 'pending') return { ok: false, message: 'This code has been used already.' };
    if (answer.client_id === undefined)
      return { ok: false, message: 'Someone else is looking at this code.' };
    return { ok: true, value: { client: answer.client_id, scope: answer.scope ?? '' } };
  }

  async decide(
    browser: Browser,
    userCode: string,
    decision: Decision,
    identity: BapIdentity | undefined,
  ): Promise<Outcome<Decision>> {
    // Store the choice first, because the device may poll right after the approval.
    const before = this.picked.get(userCode);
    if (identity !== undefined) this.picked.set(userCode, identity);
    const response = await this.#call('POST', `/device/${decision}`, browser, { userCode });
    if (response.ok) return { ok: true, value: decision };
    if (before !== undefined) this.picked.set(userCode, before);
    return { ok: false, message: explain((await response.json()) as Answer) };
  }

  /** Does all steps, for a test without a browser. */
  async decideAs(person: Person, userCode: string, decision: Decision, identityIndex: number): Promise<void> {
    const identity = this.asksIdentity ? person.identities[identityIndex] : undefined;
    if (this.asksIdentity && identity === undefined)
      throw new Error(`The ${person.label} has no identity ${identityIndex}`);
    const cookie = (await this.signIn(person)).map((set) => set.split(';', 1)[0]).join('; ');
    const browser = { ...this.#own(), cookie };
    const claimed = await this.claim(browser, userCode);
    if (!claimed.ok) throw new Error(claimed.message);
    const decided = await this.decide(browser, userCode, decision, identity);
    if (!decided.ok) throw new Error(decided.message);
  }

  #own(): Browser {
    return { cookie: '', origin: this.#url };
  }

  #call(method: string, path: string, { cookie, origin }: Browser, body?: object): Promise<Response> {
    const headers = new Headers({ origin });
    if (cookie !== '') headers.set('cookie', cookie);
    if (body !== undefined) headers.set('content-type', 'application/json');
    const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
    return this.#auth.handler(new Request(`${this.#url}/api/auth${path}`, init));
  }
}

interface Answer {
  status?: string;
  client_id?: string;
  scope?: string;
  error?: string;
  error_description?: string;
  message?: string;
}

function explain({ error, error_description, message }: Answer): string {
  if (error === 'expired_token') return 'This code has expired. Ask for a new one where you got it.';
  if (error_description === 'Invalid user code') return 'There is no such code. Look again where you got it.';
  return error_description ?? message ?? 'That did not work.';
}
