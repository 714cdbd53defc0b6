const NONCE_BYTES = 12;
const KEY_BYTES = 32;
const TAG_BYTES = 8;
/** How many tags are kept, so that names from other programs cannot fill the memory. */
const MAX_TAGS = 20_000;

/** Encrypts what is stored outside SecretStorage: AES-256-GCM by the Web Crypto API, in Node and in a web worker. */
export class SessionCipher {
  /** The key in base64. Secret. */
  readonly keyText: string;
  /** Identifies the key without revealing it: 32 hex digits. */
  readonly name: string;
  readonly #aes: Key;
  readonly #hmac: Key;
  /** By item name: each listing of items asks for all of them. */
  readonly #tags = new Map<string, string>();

  private constructor(keyText: string, name: string, aes: Key, hmac: Key) {
    this.keyText = keyText;
    this.name = name;
    this.#aes = aes;
    this.#hmac = hmac;
  }

  /** Creates a new key. */
  static create(): Promise<SessionCipher> {
    return SessionCipher.#derive(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  }

  /** Undefined for a text that is not a key. */
  static async of(keyText: string): Promise<SessionCipher | undefined> {
    const bytes = fromBase64(keyText);
    return bytes?.length === KEY_BYTES ? SessionCipher.#derive(bytes) : undefined;
  }

  /** Derives one key for each purpose, so that none of them reveals anything about another. */
  static async #derive(bytes: Bytes): Promise<SessionCipher> {
    const root = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey', 'deriveBits']);
    const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
    return new SessionCipher(
      toBase64(bytes),
      toHex(await crypto.subtle.deriveBits(hkdf('bap-identity: name of the key'), root, 128)),
      await aesKey(root, 'bap-identity: text of an item'),
      await crypto.subtle.deriveKey(hkdf('bap-identity: name of an item'), root, hmac, false, ['sign']),
    );
  }

  /** The nonce and the encrypted text, which is bound to the name of its item. */
  seal(itemName: string, text: string): Promise<Bytes> {
    return sealWith(this.#aes, itemName, text);
  }

  /** Undefined for what was not sealed with this key for this name. */
  open(itemName: string, sealed: Bytes): Promise<string | undefined> {
    return openWith(this.#aes, itemName, sealed);
  }

  /** Sixteen hex digits that only a holder of the key can compute, so a name with its tag is not from a stranger. */
  async tagOf(itemName: string): Promise<string> {
    const known = this.#tags.get(itemName);
    if (known !== undefined) return known;
    const signature = await crypto.subtle.sign('HMAC', this.#hmac, utf8(itemName));
    const tag = toHex(signature.slice(0, TAG_BYTES));
    if (this.#tags.size >= MAX_TAGS) this.#tags.clear();
    this.#tags.set(itemName, tag);
    return tag;
  }
}

/** Bytes as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;
/** A key of WebCrypto. Its name differs between the types of Node and those of web workers. */
export type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** A key for `sealWith` and `openWith`. The same secret gives a different key for different `info`. */
export function aesKey(hkdfSecret: Key, info: string): Promise<Key> {
  const aes = { name: 'AES-GCM', length: 256 };
  return crypto.subtle.deriveKey(hkdf(info), hkdfSecret, aes, false, ['encrypt', 'decrypt']);
}

/** The same context must be given to open it. */
export async function sealWith(key: Key, context: string, text: string): Promise<Bytes> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const encrypted = new Uint8Array(await crypto.subtle.encrypt(gcm(nonce, context), key, utf8(text)));
  const sealed = new Uint8Array(NONCE_BYTES + encrypted.length);
  sealed.set(nonce);
  sealed.set(encrypted, NONCE_BYTES);
  return sealed;
}

/** Undefined for what was not sealed with this key and this context. */
export async function openWith(key: Key, context: string, sealed: Bytes): Promise<string | undefined> {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  try {
    const text = await crypto.subtle.decrypt(gcm(nonce, context), key, sealed.subarray(NONCE_BYTES));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(text); // otherwise it drops the text's own BOM
  } catch {
    return undefined; // it is from someone else, or damaged
  }
}

function gcm(iv: Bytes, context: string) {
  return { name: 'AES-GCM', iv, additionalData: utf8(context) } as const;
}

/** No salt: the secrets are random, and `info` differs for each use. */
function hkdf(info: string) {
  return { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(info) } as const;
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function toBase64(bytes: Bytes): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Undefined for a text that is not base64. */
export function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
