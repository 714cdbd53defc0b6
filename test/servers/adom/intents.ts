import { randomBytes, randomInt } from 'node:crypto';
import type { Person } from './people.ts';

/** The lifetime of every intent, regardless of its session's lifetime. */
export const lifeMs = 15 * 60_000;
export const defaultMaxAge = 7_776_000;

export interface Session {
  readonly token: string;
  readonly person: Person;
  readonly endsAtMs: number;
}

export class Intent {
  readonly token = secret();
  readonly createdAtMs: number;
  /** The lifetime of the session, in seconds. */
  readonly maxAge: number;
  readonly confirmationCode: string | undefined;
  expiresAtMs: number;
  session: Session | undefined;
  /** How often the session's token was retrieved. The first retrieval consumes the intent. */
  retrievals = 0;
  /** Called when the user decides or the intent expires. Open streams listen to it. */
  readonly listeners = new Set<() => void>();

  constructor(createdAtMs: number, maxAge: number, confirmationCode: string | undefined) {
    this.createdAtMs = createdAtMs;
    this.expiresAtMs = createdAtMs + lifeMs;
    this.maxAge = maxAge;
    this.confirmationCode = confirmationCode;
  }

  tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export type Found = { kind: 'found'; intent: Intent } | { kind: 'unknown' } | { kind: 'expired' };
export type Linked = 'linked' | 'already linked' | 'wrong code';

/** The intents and their sessions. */
export class Intents {
  readonly now: () => number;
  readonly #intents = new Map<string, Intent>();
  readonly #sessions = new Map<string, Session>();
  #newest: Intent | undefined;

  constructor(now: () => number) {
    this.now = now;
  }

  create(maxAge: number, withConfirmationCode: boolean): Intent {
    const intent = new Intent(this.now(), maxAge, withConfirmationCode ? confirmationCode() : undefined);
    this.#intents.set(intent.token, intent);
    this.#newest = intent;
    return intent;
  }

  /** The intent as the API returns it. */
  find(token: string): Found {
    const intent = this.#intents.get(token);
    if (intent === undefined) return { kind: 'unknown' };
    return this.isOver(intent) ? { kind: 'expired' } : { kind: 'found', intent };
  }

  /** An intent for a test, expired or not. By default the newest. */
  get(token?: string): Intent {
    const intent = token === undefined ? this.#newest : this.#intents.get(token);
    if (intent === undefined) throw new Error('There is no such intent');
    return intent;
  }

  isOver(intent: Intent): boolean {
    return this.now() >= intent.expiresAtMs;
  }

  /** Approves an intent after comparing its code, if any. */
  link(intent: Intent, person: Person, typedCode: string | undefined): Linked {
    if (intent.session !== undefined) return 'already linked';
    if (intent.confirmationCode !== undefined && normalize(typedCode ?? '') !== intent.confirmationCode)
      return 'wrong code';
    const session = { token: `tok_${secret()}`, person, endsAtMs: this.now() + intent.maxAge * 1000 };
    this.#sessions.set(session.token, session);
    intent.session = session;
    intent.tell();
    return 'linked';
  }

  expire(intent: Intent): void {
    intent.expiresAtMs = this.now();
    intent.tell();
  }

  /** Undefined for a session that has ended or never existed. */
  session(token: string): Session | undefined {
    const session = this.#sessions.get(token);
    return session !== undefined && this.now() < session.endsAtMs ? session : undefined;
  }

  endSession(token: string): void {
    this.#sessions.delete(token);
  }

  /** Gives a session a new token, and invalidates the old one unless `keepsOld`. */
  rotate(token: string, keepsOld: boolean): string | undefined {
    const session = this.session(token);
    if (session === undefined) return undefined;
    const rotated = { ...session, token: `tok_${secret()}` };
    if (!keepsOld) this.#sessions.delete(token);
    this.#sessions.set(rotated.token, rotated);
    return rotated.token;
  }

  /** Returns the token of an approved intent, or undefined if it is not approved or its session has ended. */
  retrieve(intent: Intent): string | undefined {
    const token = intent.session?.token;
    if (token === undefined || this.session(token) === undefined) return undefined;
    intent.retrievals += 1;
    return token;
  }
}

export function secret(): string {
  return randomBytes(24).toString('base64url');
}

const consonants = 'BCDFGHJKLMNPQRSTVWXZ';

function confirmationCode(): string {
  const pick = (): string =>
    Array.from({ length: 4 }, () => consonants.charAt(randomInt(consonants.length))).join('');
  return `${pick()}-${pick()}`;
}

/** Ignores case, blanks and the dash in a typed code. */
function normalize(typed: string): string {
  const bare = typed.replace(/[^a-z]/gi, '').toUpperCase();
  return `${bare.slice(0, 4)}-${bare.slice(4)}`;
}
