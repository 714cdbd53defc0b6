import { resolveOnChain } from '../../src/services/picture.ts';
import type { Answer } from './recorder.ts';

/** Names of members and cookies that are known, so they may be printed whatever else an answer says. */
const KNOWN_NAMES = new Set(
  `access_token refresh_token id_token token_type expires_in expires_at scope device_code user_code
  verification_uri verification_uri_complete interval error error_description message code success
  sub name given_name family_name preferred_username nickname email email_verified picture image avatar
  bap_id pubkey public_key bap bitcoin_address profile id slug logo metadata createdAt updatedAt session user
  token expiresAt userId ipAddress userAgent activeOrganizationId emailVerified needsRefresh clients clientId
  created_at requested_max_age auth_url updates_url completed confirmation_code state session_token display_name
  better-auth.session_token better-auth.session_data better-auth.dont_remember`.split(/\s+/),
);

/** The hosts that the services' documents name. */
const KNOWN_HOSTS = new Set([
  'auth.sigmaidentity.com',
  'sigmaidentity.com',
  'www.sigmaidentity.com',
  'staging.sigmaidentity.com',
  'carbon.adom.inc',
  'hydrogen.adom.inc',
  'adom.inc',
]);

const MAX_DEPTH = 3;
const MAX_MEMBERS = 40;

/**
 * Decides what may be printed of a server's answers: the names and the kinds of their members, never a value. Even a
 * name is not printed if it is part of a value, because that may be a person's name.
 */
export class Outside {
  /** The words of all values in successful answers, in lower case. */
  readonly #words = new Set<string>();

  constructor(answers: readonly Answer[]) {
    for (const { status, json } of answers) if (status < 400) this.#remember(json);
  }

  /** The form of a JSON value, such as `{access_token: text, expires_in: number}`. */
  form(json: unknown, depth = 0): string {
    if (json === undefined) return 'no JSON';
    if (json === null) return 'null';
    if (typeof json === 'string') return textKind(json);
    if (typeof json !== 'object') return typeof json;
    if (depth === MAX_DEPTH) return Array.isArray(json) ? 'list' : 'object';
    if (Array.isArray(json))
      return json.length === 0 ? 'empty list' : `list of ${this.form(json[0], depth + 1)}`;
    const members = Object.entries(json).map(([name, value]) => ({
      name: this.name(name),
      value: value as unknown,
    }));
    const shown = members.filter(({ name }) => name !== undefined).slice(0, MAX_MEMBERS);
    const parts = shown.map(({ name = '', value }) => `${name}: ${this.form(value, depth + 1)}`);
    const hidden = members.length - shown.length;
    return `{${[...parts, ...(hidden > 0 ? [`${hidden} more`] : [])].join(', ')}}`;
  }

  /** A name from outside, such as that of a member or a cookie. Undefined if it could be a secret or personal. */
  name(text: string): string | undefined {
    if (KNOWN_NAMES.has(text.replace(/^__(?:Secure|Host)-/, ''))) return text;
    if (!/^[A-Za-z][A-Za-z_.-]{0,59}$/.test(text)) return undefined;
    return wordsOf(text).some((word) => this.#words.has(word)) ? undefined : text;
  }

  #remember(json: unknown): void {
    if (typeof json === 'string' && !json.startsWith('data:'))
      for (const word of wordsOf(json)) this.#words.add(word);
    else if (typeof json === 'object' && json !== null)
      for (const value of Object.values(json)) this.#remember(value);
  }
}

function wordsOf(text: string): string[] {
  return [text, ...text.split(/[^\p{L}]+/u)].filter((word) => word !== '').map((word) => word.toLowerCase());
}

function textKind(text: string): string {
  if (text === '') return 'empty text';
  if (text.startsWith('data:')) return 'data: address';
  if (resolveOnChain(text) !== text) return 'on-chain address';
  if (/^https?:/i.test(text)) return 'address';
  if (/@sigma\.local$/i.test(text)) return 'made-up email';
  if (/^[^@\s]+@[^@\s]+$/.test(text)) return 'email';
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return 'date';
  if (/^\d+$/.test(text)) return 'digits';
  return isJsonText(text) ? 'JSON in a string' : 'text';
}

export function isJsonText(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null;
  } catch {
    return false;
  }
}

/** The error code of an answer: a word of the protocol, in the two spellings that OAuth and better-auth have. */
export function errorOf(json: unknown): string | undefined {
  return [textMember(json, 'error'), textMember(json, 'code')].find(
    (code) => code !== undefined && /^(?:[a-z_]{1,40}|[A-Z_]{1,60})$/.test(code),
  );
}

/** A member of a JSON object. Undefined if it is absent or not a text. */
export function textMember(json: unknown, name: string): string | undefined {
  const value = member(json, name);
  return typeof value === 'string' ? value : undefined;
}

export function member(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
}

/** Where an address leads to, without what it contains. */
export function hostWords(address: string, server: string): string {
  const host = URL.parse(address)?.host;
  if (host === undefined) return 'not an address';
  if (host === new URL(server).host) return 'on the same host';
  return KNOWN_HOSTS.has(host) ? `at ${host}` : 'on another host';
}
